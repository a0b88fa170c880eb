import { describe, expect, it } from 'vitest';
import type { Link } from '../../../src/ssh/link.ts';
import { createNodeLinks } from '../../../src/ssh/node-links.ts';

function fakeLink(): Link {
  const closed = Promise.withResolvers<void>();
  let open = true;
  const never = (): never => {
    throw new Error('not of this test');
  };
  return {
    start: never,
    subsystem: never,
    forward: never,
    forwardSocket: never,
    closed: closed.promise,
    isOpen: () => open,
    destroy() {
      open = false;
      closed.resolve();
    },
  };
}

describe('kept connections', () => {
  const signal = new AbortController().signal;

  it('stay below their number: those that nobody uses are closed, the oldest first', async () => {
    const links = createNodeLinks(async () => fakeLink(), true, 3);
    for (const node of ['n1', 'n2', 'n3', 'n4', 'n5']) (await links.lease(node, signal)).release();

    expect(links.connected()).toEqual(['n3', 'n4', 'n5']);
  });

  it('are never closed while a command runs there', async () => {
    const links = createNodeLinks(async () => fakeLink(), true, 2);
    const first = await links.lease('n1', signal);
    await links.lease('n2', signal);
    await links.lease('n3', signal);
    first.release();
    await links.lease('n4', signal);

    expect(links.connected()).toEqual(['n2', 'n3', 'n4']);
  });

  it('that are being made when all is closed fail as a node that cannot be reached does', async () => {
    const links = createNodeLinks(
      (_node, ended) =>
        new Promise((_resolve, reject) => ended.addEventListener('abort', () => reject(ended.reason))),
      true,
    );
    const waiting = links.lease('n1', signal);
    links.close();

    await expect(waiting).rejects.toMatchObject({ outcome: { kind: 'not-started', reason: 'closed' } });
  });
});
