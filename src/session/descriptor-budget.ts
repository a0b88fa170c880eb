import { readFileSync } from 'node:fs';
import type { RunFlags } from '../cli/run-flags.ts';

/** A connection, a second try of it, or the pipes of a ProxyCommand or of a process of this machine. */
const perNode = 4;
/** For the journal, prompts, configuration, group sources, the terminal and Node.js itself. */
const reserved = 128;

export interface DescriptorBudget {
  /** Nodes that may be busy at once. */
  readonly nodes: number;
  /** The limit of open files it comes from; infinite where the system does not tell. */
  readonly limit: number;
}

/** How many nodes this process may have open at once, by its limit of open files (`ulimit -n`). */
export function descriptorBudget(
  flags: Pick<RunFlags, 'outdir' | 'errdir'>,
  limit = openFilesLimit(),
): DescriptorBudget {
  const each = perNode + (flags.outdir === undefined ? 0 : 1) + (flags.errdir === undefined ? 0 : 1);
  const free = limit - Math.min(reserved, limit / 2);
  return { nodes: Math.max(1, Math.floor(free / each)), limit };
}

/** The soft limit, which Node.js has raised to the hard one at its start. */
function openFilesLimit(): number {
  try {
    const soft = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}
