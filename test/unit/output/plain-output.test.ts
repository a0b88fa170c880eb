import { describe, expect, test } from 'vitest';
import { exit, replay } from '../../support/replay-run.ts';

describe('plain output', () => {
  test('labels each line as it completes, stdout to stdout and stderr to stderr', async () => {
    const shown = await replay([
      ['n1', 'a\nb'],
      ['n2', { stderr: 'oops\n' }],
      ['n1', 'c\n'],
      ['n2', 'd\n'],
    ]);

    expect(shown.both).toEqual([
      ['stdout', 'n1: a\n'],
      ['stderr', 'n2: oops\n'],
      ['stdout', 'n1: bc\n'],
      ['stdout', 'n2: d\n'],
    ]);
  });

  test('turns CRLF into LF, keeps a lone CR and empty lines, completes the last line', async () => {
    const shown = await replay([
      ['n1', 'a\r'],
      ['n1', '\n\nb\rc\r\nlast'],
      ['n2', 'x\r'],
    ]);

    expect(shown.out).toBe('n1: a\nn1: \nn1: b\rc\nn1: last\nn2: x\r\n');
  });

  test('prints lines without labels under -N', async () => {
    const shown = await replay(
      [
        ['n1', 'a\nb'],
        ['n1', { stderr: 'e\n' }],
      ],
      { label: false },
    );

    expect(shown.out).toBe('a\nb\n');
    expect(shown.err).toBe('e\n');
  });

  test('never tears a character that came in two chunks', async () => {
    const eAcute = Buffer.from('é');
    const shown = await replay([
      ['n1', eAcute.subarray(0, 1)],
      ['n2', 'b\n'],
      ['n1', eAcute.subarray(1)],
      ['n1', '\n'],
    ]);

    expect(shown.out).toBe('n2: b\nn1: é\n');
  });

  test('tells an exit code after the node’s last line, in clush’s words', async () => {
    const shown = await replay([
      ['n3', 'half'],
      ['n3', exit(2)],
      ['n1', 'x\n'],
    ]);

    expect(shown.both).toEqual([
      ['stdout', 'n3: half\n'],
      ['stderr', 'muster: n3: exited with exit code 2\n'],
      ['stdout', 'n1: x\n'],
    ]);
  });

  test('colours labels as clush does', async () => {
    const shown = await replay(
      [
        ['n1', 'a\nb\n'],
        ['n1', { stderr: 'e\n' }],
      ],
      { color: 'always' },
    );

    expect(shown.out).toBe('\u001b[94mn1: \u001b[0ma\n\u001b[94mn1: \u001b[0mb\n');
    expect(shown.err).toBe('\u001b[91mn1: \u001b[0me\n');
  });

  test('colours by itself only when stdout and stderr are terminals', async () => {
    const both = await replay([['n1', 'a\n']], {}, { stdoutIsTTY: true, stderrIsTTY: true });
    const one = await replay([['n1', 'a\n']], {}, { stdoutIsTTY: true });

    expect(both.out).toBe('\u001b[94mn1: \u001b[0ma\n');
    expect(one.out).toBe('n1: a\n');
  });

  test('shows control characters as text on a terminal, and only there', async () => {
    const hostile = 'a\u001b[31mb\u0007\u009bc\u202ed\re\n';
    const steps = [['n1', hostile]] as const;

    expect((await replay(steps, { color: 'never' }, { stdoutIsTTY: true })).out).toBe(
      'n1: a\\x1b[31mb\\x07\\u009bc\\u202ed\\re\n',
    );
    expect((await replay(steps)).out).toBe(`n1: ${hostile}`);
    expect((await replay(steps, { raw: true, color: 'never' }, { stdoutIsTTY: true })).out).toBe(
      `n1: ${hostile}`,
    );
  });
});
