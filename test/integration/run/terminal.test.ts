import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { musterProgram } from '../../support/muster.ts';
import { openPseudoTerminal, type PseudoTerminal } from '../../support/pseudo-terminal.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');
const python = findTool('python3', 'python3');

describe.skipIf(sshd === undefined || python === undefined)('run on a terminal, on a real sshd', () => {
  let server: TestSshd;
  const start = (...args: string[]): PseudoTerminal =>
    openPseudoTerminal(python!, [musterProgram, ...args], server.env);

  beforeAll(async () => {
    server = await startSshd({ nodes: 4 });
  });
  afterAll(() => server.stop());

  test('Enter says which nodes are busy and which wait', async () => {
    const [mark, go] = [join(server.folder, 'mark'), join(server.folder, 'go')];
    const terminal = start(
      '-f1',
      '-w',
      'n[1-3]',
      `touch ${mark}; until [ -e ${go} ]; do sleep 0.05; done; echo done`,
    );
    await expect.poll(() => existsSync(mark), { timeout: 20_000 }).toBe(true);
    terminal.press('\r');

    await terminal.shows(
      'muster: still running (Ctrl-C cancels)\nmuster: in progress(1): n1\nmuster: pending(2): n[2-3]\n',
    );
    writeFileSync(go, '');
    expect(await terminal.ends()).toEqual({ code: 0, shown: 'n1: done\nn2: done\nn3: done\n' });
  });

  test('Ctrl-C, as a key', async () => {
    const terminal = start('-bw', 'n[1-2]', 'echo begun >&2; sleep 300');
    await terminal.shows('n1: begun\n');
    terminal.press('\u0003');
    await terminal.shows('Keyboard interrupt (n[1-2] did not complete).\n');

    expect((await terminal.ends()).code).toBe(130);
  });

  test('what would act on the terminal is shown, not done; --raw passes it on', async () => {
    const print = String.raw`printf 'a\033[31mred\033]0;title\007\rb\n'`;
    const shown = start('-w', 'n1', print);
    const raw = start('--raw', '-w', 'n1', print);

    expect((await shown.ends()).shown).toBe('n1: a\\x1b[31mred\\x1b]0;title\\x07\\rb\n');
    expect((await raw.ends()).code).toBe(0);
    expect(raw.raw()).toContain('a\u001b[31mred\u001b]0;title\u0007\rb');
  });

  test('above the configured number of nodes it asks first; no is status 3 and contacts nobody', async () => {
    const mark = join(server.folder, 'asked');
    const terminal = start('-O', 'confirm_above=2', '-w', 'n[1-3]', `touch ${mark}`);
    await terminal.shows(`on 3 nodes (n[1-3])? [y/N] `);
    terminal.press('n\r');

    expect((await terminal.ends()).code).toBe(3);
    expect(existsSync(mark)).toBe(false);
  });
});
