import { describe, expect, test } from 'vitest';
import { exit, replay, type ReplayStep } from '../../support/replay-run.ts';

const three = (middle: string): string => `l1\n${middle}\nl3\n`;

describe('--diff', () => {
  test('compares with the lowest exit code, then the largest set', async () => {
    const steps = ['n1', 'n2', 'n3', 'n4'].map((node): ReplayStep => [
      node,
      three(node === 'n3' ? 'X' : 'l2'),
    ]);
    const shown = await replay(steps, { diff: true });

    expect(shown.out).toBe('--- n[1-2,4] (3)\n+++ n3\n@@ -1,3 +1,3 @@\n l1\n-l2\n+X\n l3\n');
  });

  test('prints nothing when all are the same, whatever their exit codes', async () => {
    const shown = await replay(
      [
        ['n1', 'a\n'],
        ['n2', 'a\n'],
        ['n2', exit(3)],
      ],
      { diff: true },
    );

    expect([shown.out, shown.err]).toEqual(['', 'muster: n2: exited with exit code 3\n']);
  });

  test('takes silent nodes in, and leaves out nodes that never ran', async () => {
    const steps: ReplayStep[] = [
      ['n1', 'X\n'],
      ['n2', ''],
      ['n2', exit(1)],
      ['n3', { kind: 'skipped', because: 'stopped after n2 failed' }],
    ];
    const shown = await replay(steps, { diff: true });

    expect(shown.out).toBe('--- n1\n+++ n2\n@@ -1 +0,0 @@\n-X\n');
  });

  test('numbers an added line as diff does', async () => {
    const steps: ReplayStep[] = [
      ['n1', ''],
      ['n2', ''],
      ['n3', 'new\n'],
      ['n3', exit(1)],
    ];
    const shown = await replay(steps, { diff: true, quiet: true });

    expect(shown.out).toBe('--- n[1-2]\n+++ n3\n@@ -0,0 +1 @@\n+new\n');
  });

  test('colours as clush does', async () => {
    const shown = await replay(
      [
        ['n1', three('l2')],
        ['n3', three('X')],
      ],
      { diff: true, color: 'always' },
    );

    expect(shown.out).toBe(
      '\u001b[1m--- n1\u001b[0m\n\u001b[1m+++ n3\u001b[0m\n\u001b[96m@@ -1,3 +1,3 @@\u001b[0m\n' +
        ' l1\n\u001b[91m-l2\u001b[0m\n\u001b[92m+X\u001b[0m\n l3\n',
    );
  });
});
