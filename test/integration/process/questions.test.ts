import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPseudoTerminal } from '../../support/pseudo-terminal.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const python = findTool('python3', 'python3');
const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

describe.skipIf(findTool('sshd', 'openssh-server') === undefined || python === undefined)(
  'a question on the terminal',
  () => {
    let server: TestSshd;

    beforeAll(async () => {
      server = await startSshd({ nodes: 3 });
      const config = readFileSync(server.sshConfigPath, 'utf8').replaceAll(
        server.knownHostsPath,
        '/dev/null',
      );
      writeFileSync(join(server.folder, 'asking'), `StrictHostKeyChecking ask\n${config}`);
    });
    afterAll(async () => {
      await server.stop();
    });

    /** muster as a child of a shell that tells its status, and afterwards how the terminal is. */
    const start = (command: string) =>
      openPseudoTerminal(
        python!,
        [
          '/bin/bash',
          '-c',
          `${command}; echo "status $?"; stty -a | tr ';' '\\n' | grep -ow -- '-\\?echo\\|-\\?icanon'; echo over`,
        ],
        { ...server.env, MUSTER_SSH_CONFIG: join(server.folder, 'asking'), NO_COLOR: '1' },
      );

    it('is not overwritten by the line of progress, which comes back after it', async () => {
      const config = readFileSync(join(server.folder, 'asking'), 'utf8');
      // n1 is known, and works on while n2 is asked about
      writeFileSync(
        join(server.folder, 'asking_for_one'),
        `Host n1\n UserKnownHostsFile ${server.knownHostsPath}\nHost *\n${config}`,
      );
      const go = join(server.folder, 'go');
      const working = `echo n1 at work >&2; until [ -e ${go} ]; do sleep 0.1; done; echo both`;
      const terminal = openPseudoTerminal(python!, [program, '-b', '-w', 'n[1-2]', working], {
        ...server.env,
        MUSTER_SSH_CONFIG: join(server.folder, 'asking_for_one'),
        NO_COLOR: '1',
      });
      await terminal.shows('SHA256:');
      await terminal.shows('[y/N]');
      const asked = terminal.raw().length;
      // the line of progress comes after 1.33 s, when nobody is asked
      await new Promise((resolve) => setTimeout(resolve, 2500));
      const meanwhile = terminal.raw().slice(asked);
      terminal.press('y\r');
      await terminal.shows('muster: 0/2');
      writeFileSync(go, '');
      const { code, shown } = await terminal.ends();

      expect(meanwhile.replace(/n1: n1 at work\r\n/, '').trim()).toBe('');
      expect(shown).toContain('n[1-2] (2)\n---------------\nboth\n');
      expect(code).toBe(0);
    });

    it.each([
      ['SIGTERM', 143],
      ['SIGINT', 130],
      ['SIGHUP', 129],
    ] as const)('is ended by %s, and the terminal is as it was', async (signal, status) => {
      const terminal = start(`${program} -w 'n[1-3]' true & echo "pid $!"; wait $!`);
      const shown = await terminal.shows('SHA256:');
      process.kill(Number(/pid (\d+)/.exec(shown)![1]), signal);
      const after = await terminal.shows('over');
      await terminal.ends();

      expect(after).toContain(`status ${status}\nicanon\necho\nover`);
    });

    it('is ended by Ctrl-C at the keyboard, for all nodes that wait for it', async () => {
      const terminal = start(`${program} -w 'n[1-3]' true`);
      await terminal.shows('SHA256:');
      terminal.press('\x03');
      const after = await terminal.shows('over');
      await terminal.ends();

      expect(after).toContain('status 1\nicanon\necho\nover');
    });
  },
);
