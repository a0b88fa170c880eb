import { describe, expect, test } from 'vitest';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';
import { exit, replay, type ReplayStep } from '../../support/replay-run.ts';

const timedOut: NodeOutcome = { kind: 'timed-out', afterMs: 1000, remote: 'ended' };
const nodes = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index + 1}`);

describe('gathered output', () => {
  test('shows each text once, apart where the exit codes differ', async () => {
    const steps = nodes(4).flatMap((node, index): ReplayStep[] => [
      [node, 'same\n'],
      [node, exit(index > 1 ? 1 : 0)],
    ]);
    const shown = await replay(steps, { gather: true });

    expect(shown.out).toBe(
      '---------------\nn[1-2] (2)\n---------------\nsame\n---------------\nn[3-4] (2)\n---------------\nsame\n',
    );
    expect(shown.err).toBe('muster: n[3-4] (2): exited with exit code 1\n');
  });

  test('puts the larger set first, then the first node', async () => {
    const steps = nodes(6).map((node, index): ReplayStep => [
      node,
      index < 2 ? 'two\n' : index === 5 ? 'own\n' : 'x\n',
    ]);
    const shown = await replay(steps, { gather: true });

    expect(shown.out.match(/^n.*$/gm)).toEqual(['n[3-5] (3)', 'n[1-2] (2)', 'n6']);
  });

  test('has no counts and no notes under -q, and no headers under -N', async () => {
    const steps: ReplayStep[] = [
      ['n1', 'hi'],
      ['n2', 'hi\n'],
      ['n3', ''],
    ];

    const quiet = await replay(steps, { gather: true, quiet: true });
    expect([quiet.out, quiet.err]).toEqual(['---------------\nn[1-2]\n---------------\nhi\n', '']);
    const bare = await replay(steps, { gather: true, label: false });
    expect([bare.out, bare.err]).toEqual(['hi\n', 'muster: n3: no output\n']);
  });

  test('says nothing of exit codes under -q with -S', async () => {
    const shown = await replay(
      [
        ['n1', exit(1)],
        ['n2', exit(2)],
      ],
      { gather: true, quiet: true, maxRc: true },
    );

    expect(shown.both).toEqual([]);
  });

  test('shows stderr as it comes, or gathered in its place with -B', async () => {
    const steps: ReplayStep[] = [
      ['n1', 'a\nb'],
      ['n1', { stderr: 'e\n' }],
      ['n1', 'c\n'],
    ];

    const apart = await replay(steps, { gather: true });
    expect(apart.both[0]).toEqual(['stderr', 'n1: e\n']);
    expect(apart.err).toBe('n1: e\n');
    expect(apart.out).toBe('---------------\nn1\n---------------\na\nbc\n');
    const merged = await replay(steps, { mergeStderr: true });
    expect([merged.out, merged.err]).toEqual(['---------------\nn1\n---------------\na\ne\nbc\n', '']);
  });

  test('keeps what a timed-out node sent, in a block of its own, and says so', async () => {
    const steps: ReplayStep[] = [
      ['n1', 'start\ndone\n'],
      ['n2', 'start\n'],
      ['n2', timedOut],
      ['n3', timedOut],
    ];
    const shown = await replay(steps, { gather: true });

    expect(shown.out).toBe(
      '---------------\nn1\n---------------\nstart\ndone\n---------------\nn2\n---------------\nstart\n',
    );
    expect(shown.err).toBe('muster: n[2-3]: command timeout\nmuster: n2: output is partial\n');
  });

  test('shows live lines too under -v', async () => {
    const shown = await replay([['n1', 'a\n']], { gather: true, verbose: true });

    expect(shown.out).toBe('n1: a\n---------------\nn1\n---------------\na\n');
  });

  test('colours the header as clush does', async () => {
    const shown = await replay([['n1', 'a\n']], { gather: true, color: 'always' });

    expect(shown.out).toBe('\u001b[94m---------------\nn1\n---------------\u001b[0m\na\n');
  });

  test('makes text safe for a terminal, over the borders of chunks', async () => {
    const shown = await replay(
      [
        ['n1', 'é\u001b'],
        ['n1', ']0;x\u0007\r\n'],
      ],
      { gather: true, color: 'never' },
      { stdoutIsTTY: true },
    );

    expect(shown.out).toBe('---------------\nn1\n---------------\né\\x1b]0;x\\x07\n');
  });
});
