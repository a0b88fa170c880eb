import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster, runProgram } from '../support/muster.ts';
import { openPseudoTerminal } from '../support/pseudo-terminal.ts';
import { findTool } from '../support/require-tool.ts';

/** Run modes of clush.conf.d: what stands before commands and who gets a password, as clush does it. */
const clush = findTool('clush', 'clustershell');
const python = findTool('python3', 'python3');
const program = fileURLToPath(new URL('../../bin/muster', import.meta.url));

const modes = `
[mode:env]
command_prefix: env GREETING=hello

[mode:first]
password_prompt: yes
command_prefix: cat; echo before
`;

describe.skipIf(clush === undefined || python === undefined)('run modes', () => {
  let folder: string;
  let env: Readonly<Record<string, string>>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'modes-'));
    mkdirSync(join(folder, 'modes'));
    writeFileSync(join(folder, 'clush.conf'), `[Main]\nconfdir: ${folder}/modes\n`);
    writeFileSync(join(folder, 'modes', 'own.conf'), modes);
    env = {
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'none'),
      XDG_STATE_HOME: join(folder, 'state'),
      CLUSTERSHELL_CFGDIR: folder,
      NO_COLOR: '1',
    };
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['a prefix', ['-m', 'env', '-bw', 'n[1-2]', 'sh', '-c', "'echo $GREETING'"]],
    [
      'a prefix is before the first command only',
      ['-m', 'env', '-bw', 'n1', 'printenv GREETING; echo "$GREETING."'],
    ],
  ])('%s', async (_name, args) => {
    const ours = await muster(['-R', 'exec', ...args], { env });
    const theirs = await runProgram(clush!, ['-R', 'exec', ...args], { env });

    expect([ours.stdout, ours.code]).toEqual([theirs.stdout, theirs.code]);
  });

  it('a password is the first line of the input of each command', async () => {
    const shown = async (argv: readonly string[]): Promise<readonly string[]> => {
      const terminal = openPseudoTerminal(
        python!,
        [...argv, '-R', 'exec', '-m', 'first', '-w', 'n[1-2]', 'after'],
        env,
      );
      await terminal.shows('assword: ');
      terminal.press('secret word\r');
      const { shown: text } = await terminal.ends();
      return text
        .split('\n')
        .filter((line) => line !== '')
        .toSorted();
    };
    const ours = await shown([program]);
    const theirs = await shown([clush!]);

    expect(ours).toEqual(theirs);
    expect(ours).toContain('n2: secret word');
  });

  it('an unknown mode is an error that names those there are', async () => {
    const { code, stderr } = await muster(['-R', 'exec', '-m', 'nope', '-w', 'n1', 'true'], { env });

    expect(code).toBe(2);
    expect(stderr).toContain('unknown run mode "nope"');
    expect(stderr).toContain('Modes: env, first, sudo.');
  });

  it('sudo is a mode without a file, and does not mean copies', async () => {
    const { code, stderr } = await muster(['-m', 'sudo', '-w', 'n1', '--copy', '/etc/hosts'], { env });

    expect(code).toBe(2);
    expect(stderr).toContain('files are copied as the user who logs in');
  });

  it('the command of a run under sudo is not run again without it', async () => {
    await muster(['-R', 'exec', '-m', 'env', '-w', 'n1', 'false'], { env });
    const { code, stderr } = await muster(['run', '-R', 'exec', '--retry-failed'], { env });

    expect(code).toBe(2);
    expect(stderr).toContain('ran its command with -m env');
  });
});
