import { describe, expect, test } from 'vitest';
import { createLiveFold } from '../../../src/output/live-fold.ts';
import { createNaming } from '../../../src/output/naming.ts';
import { createScreen } from '../../../src/output/screen.ts';
import { captureTerminal } from '../../support/capture-terminal.ts';
import { exit, replay, type ReplayStep } from '../../support/replay-run.ts';

describe('-L', () => {
  test('waits and orders lines by exit code, then node', async () => {
    const steps: ReplayStep[] = [
      ['n10', 'ten\n'],
      ['n1', 'a\nb'],
      ['n1', exit(2)],
      ['n2', 'two\n'],
      ['n2', { stderr: 'e\n' }],
    ];
    const shown = await replay(steps, { lineMode: true });

    expect(shown.out).toBe('n2: two\nn10: ten\nn1: a\nn1: b\n');
    expect(shown.err).toBe('n2: e\nmuster: n1: exited with exit code 2\n');
  });

  test('prints bare lines under -N', async () => {
    const shown = await replay(
      [
        ['n1', 'a\n'],
        ['n2', 'a\n'],
      ],
      { lineMode: true, label: false },
    );

    expect(shown.out).toBe('a\na\n');
  });
});

describe('-bL', () => {
  test('shows each line once, when all nodes have sent it', async () => {
    const steps = ['n1', 'n2', 'n3'].map((node): ReplayStep => [node, `a\nb${node}\nc\n`]);
    const shown = await replay(steps, { gather: true, lineMode: true });

    expect(shown.both.map(([, text]) => text)).toEqual([
      'n[1-3]: a\n',
      'n1: bn1\nn2: bn2\nn3: bn3\n',
      'n[1-3]: c\n',
    ]);
  });

  test('shows larger sets first and goes on without nodes that have ended', async () => {
    const steps: ReplayStep[] = [
      ['n1', 'a\nc\n'],
      ['n2', 'a\nz\nc\n'],
      ['n3', 'a\nc'],
      ['n1', exit(0)],
      ['n3', exit(0)],
    ];
    const shown = await replay(steps, { gather: true, lineMode: true });

    expect(shown.out).toBe('n[1-3]: a\nn[1,3]: c\nn2: z\nn2: c\n');
  });

  test('folds stderr in under -B', async () => {
    const steps = ['n1', 'n2'].flatMap((node): ReplayStep[] => [
      [node, 'a\n'],
      [node, { stderr: 'e\n' }],
    ]);
    const shown = await replay(steps, { mergeStderr: true, lineMode: true });

    expect([shown.out, shown.err]).toEqual(['n[1-2]: a\nn[1-2]: e\n', '']);
  });

  test('does not wait for a silent node once too much is held, and loses nothing of it', async () => {
    const terminal = captureTerminal();
    const naming = createNaming({ foldNodes: undefined, countInTitles: true, countInMessages: true });
    const fold = createLiveFold(createScreen(terminal, { color: false, raw: false }), {
      naming,
      label: true,
      streams: ['stdout'],
      maxHeldLines: 3,
    });
    naming.begin(['n1', 'n2']);
    await fold.begin!(['n1', 'n2']);
    await fold.output!('n1', 'stdout', Buffer.from('1\n2\n3\n4\n5\n'));
    expect(terminal.out).toBe('n1: 1\nn1: 2\n');

    await fold.output!('n2', 'stdout', Buffer.from('1\n2\n3\n'));
    await fold.end!();
    expect(terminal.out.split('\n').sort()).toEqual(
      ['', 'n1: 1', 'n1: 2', 'n1: 4', 'n1: 5', 'n2: 1', 'n2: 2', 'n[1-2]: 3'].sort(),
    );
  });
});
