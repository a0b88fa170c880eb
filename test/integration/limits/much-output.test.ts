import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMeasured } from '../../support/peak-memory.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

/** Each node's own address over and over: nothing is the same on two nodes. */
const ownAddress = (bytes: number): string =>
  `set -- $SSH_CONNECTION; yes "$3 $3 $3 $3 $3 $3 $3" | head -c ${bytes}`;

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('much output from many nodes', () => {
  const nodes = 24;
  const bytes = 8_000_000;
  let server: TestSshd;

  beforeAll(async () => {
    server = await startSshd({ nodes });
  });
  afterAll(async () => {
    await server.stop();
  });

  /** What a node sends, lines ended. */
  function sent(node: number): string {
    const address = server.address(`n${node}`);
    const line = `${Array.from({ length: 7 }, () => address).join(' ')}\n`;
    return line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
  }

  it('192 MB, all different, gathered: memory stays bounded, nothing is lost', async () => {
    const file = join(server.folder, 'gathered');
    const { code, peakMiB, stderr } = await runMeasured(
      program,
      ['-b', '-w', `n[1-${nodes}]`, ownAddress(bytes)],
      {
        env: server.env,
        stdoutFile: file,
      },
    );

    expect([code, stderr]).toEqual([0, '']);
    const blocks = readFileSync(file, 'latin1').split(/^-{15}\n(n\d+)\n-{15}\n/m);
    const shown = new Map<string, string>();
    for (let index = 1; index < blocks.length; index += 2) shown.set(blocks[index]!, blocks[index + 1]!);
    expect(shown.size).toBe(nodes);
    for (let node = 1; node <= nodes; node += 1) {
      // compared without showing 8 MB of it
      expect(shown.get(`n${node}`)!.trimEnd() === sent(node).trimEnd()).toBe(true);
    }
    expect(peakMiB).toBeLessThan(300);
  });
});
