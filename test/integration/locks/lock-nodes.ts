import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Executor } from '../../../src/fanout/executor.ts';
import type { LockOwner } from '../../../src/locks/lock.ts';
import type { SshExecutor } from '../../../src/ssh/executor.ts';

export const forever = new AbortController().signal;

/** Gives each name of one sshd a /run/lock of its own, as hosts have. Needs root. */
export function asHosts(executor: SshExecutor, folder: string): Executor {
  return {
    execute(node, task, sink, signal) {
      const own = join(folder, 'run-lock', node);
      mkdirSync(own, { recursive: true, mode: 0o755 });
      const command = `exec unshare -m sh -c 'unset MUSTER_LOCK_FOLDER; mount --bind ${own} /run/lock && ${task.command}'`;
      return executor.execute(node, { ...task, command }, sink, signal);
    },
    close: () => executor.close(),
  };
}

export function owner(who: string): LockOwner {
  return { who, from: `bastion of ${who}`, work: 'apt-get upgrade', since: '2026-11-26T00:00:00Z' };
}
