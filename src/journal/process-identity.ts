import { readFileSync } from 'node:fs';

/** A process, told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Kernel start time in clock ticks after boot (proc_pid_stat(5), field 22); absent where there is no /proc. */
  readonly start?: string;
}

export function identifyProcess(pid: number): ProcessIdentity {
  const start = startTime(pid);
  return start === undefined ? { pid } : { pid, start };
}

/** Whether that very process is alive on this machine. Without a start time, whether any has its number. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.start !== undefined) return startTime(identity.pid) === identity.start;
  try {
    process.kill(identity.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startTime(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
