import { readFileSync } from 'node:fs';

/** The processes a process has started and that live; none when it is gone itself. */
export function childrenOfProcess(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(/\s+/)
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** Kills a process and all it has started: of a newer sshd each connection is several, of which one alone can go on. */
export function killTree(pid: number): void {
  const children = childrenOfProcess(pid);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
  for (const child of children) killTree(child);
}
