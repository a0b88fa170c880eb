import { describe, expect, test } from 'vitest';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';
import { createRunPresenter } from '../../../src/output/create-run-presenter.ts';
import { captureTerminal } from '../../support/capture-terminal.ts';
import { defaultOptions, play, replay, type ReplayStep } from '../../support/replay-run.ts';

const refused = (port: number): NodeOutcome => ({
  kind: 'not-started',
  phase: 'connect',
  reason: 'refused',
  message: `connection refused (127.0.0.1:${port})`,
  retryable: true,
});
const keyChanged: NodeOutcome = {
  kind: 'not-started',
  phase: 'host-key',
  reason: 'host-key-changed',
  message: 'the host key has changed',
  hint: 'If that is expected: ssh-keygen -R n1',
  retryable: false,
};

describe('outcome messages', () => {
  test('say why a command did not start, with the remedy, when it happens', async () => {
    const shown = await replay([
      ['n1', keyChanged],
      ['n2', refused(22)],
      ['n3', { kind: 'unknown', message: 'connection lost' }],
      ['n4', { kind: 'refused', message: 'no shell\u001b[2J' }],
      ['n5', { kind: 'finished', signal: 'KILL' }],
      ['n6', { kind: 'finished', code: 0, truncated: true }],
    ]);

    expect(shown.err).toBe(
      [
        'muster: n1: the host key has changed',
        '  hint: If that is expected: ssh-keygen -R n1',
        'muster: n2: connection refused (127.0.0.1:22)',
        'muster: n3: result unknown: connection lost',
        'muster: n4: the node refused to run the command: no shell\\x1b[2J',
        'muster: n5: killed by signal KILL',
        'muster: n6: connection lost at the end',
        '',
      ].join('\n'),
    );
  });

  test('fold nodes with the same failure, without the addresses in which it differs', async () => {
    const steps: ReplayStep[] = [
      ['n1', refused(1)],
      ['n2', refused(2)],
      ['n3', { kind: 'skipped', because: 'stopped after n1 failed' }],
      ['n4', { kind: 'skipped', because: 'stopped after n1 failed' }],
    ];
    const shown = await replay(steps, { gather: true });

    expect(shown.err).toBe(
      'muster: n[1-2] (2): connection refused\nmuster: n[3-4] (2): skipped: stopped after n1 failed\n',
    );
  });

  test('tell what is known of a process after a timeout', async () => {
    const steps: ReplayStep[] = [
      ['n1', { kind: 'timed-out', afterMs: 1, remote: 'ended' }],
      ['n2', { kind: 'timed-out', afterMs: 1, remote: 'ended' }],
      ['n3', { kind: 'timed-out', afterMs: 1, remote: 'unknown' }],
    ];

    expect((await replay(steps)).err).toBe(
      'muster: n[1-2]: command timeout\nmuster: n3: command timeout (the remote process may still be running)\n',
    );
  });

  test('name the nodes that an interrupt stopped', async () => {
    const terminal = captureTerminal();
    const presenter = createRunPresenter({ ...defaultOptions, gather: true }, terminal);
    const begin = presenter.begin.bind(presenter);
    presenter.begin = async (nodes) => {
      await begin(nodes);
      presenter.interrupted!();
    };
    await play(presenter, [
      ['n1', 'a\n'],
      ['n2', { kind: 'cancelled', remote: 'ended' }],
      ['n3', { kind: 'cancelled', remote: 'unknown' }],
    ]);

    expect(terminal.err).toBe(
      'muster: interrupted, ending the command on the nodes\n' +
        'muster: n3: cancelled (the remote process may still be running)\n' +
        'Keyboard interrupt (n[2-3] did not complete).\n',
    );
    expect(terminal.out).toBe('---------------\nn1\n---------------\na\n');
  });

  test('are not printed once the reader of stdout has gone', async () => {
    const terminal = captureTerminal();
    const closed = { ...terminal, stdout: { ...terminal.stdout, failure: { kind: 'closed' as const } } };
    await play(createRunPresenter({ ...defaultOptions, gather: true }, closed), [
      ['n1', { kind: 'cancelled', remote: 'unknown' }],
    ]);

    expect(terminal.err).toBe('');
  });
});
