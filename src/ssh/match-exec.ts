import { spawn } from 'node:child_process';
import { SshConfigError } from './config-error.ts';

/** A `Match exec` command may take this long; ssh itself would wait for ever. */
const limitMs = 5000;

/** Runs a `Match exec` command with the user's shell; true for exit status 0. */
export function runMatchExec(
  command: string,
  where: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const shell = env['SHELL'] === undefined || env['SHELL'] === '' ? '/bin/sh' : env['SHELL'];
    const child = spawn(shell, ['-c', command], { stdio: 'ignore', detached: true, env: { ...env } });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(new SshConfigError(where, `Match exec took more than ${limitMs / 1000} s: ${command}`));
    }, limitMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new SshConfigError(where, `Match exec could not run: ${error.message}`));
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
