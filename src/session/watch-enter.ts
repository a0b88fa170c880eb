import { readFileSync } from 'node:fs';
import type { FanoutObserver } from '../fanout/observer.ts';
import { createProgress, progressLines } from '../shell/progress.ts';
import type { RunSession } from './open-session.ts';

/** Enter at the terminal, while a command runs: says which nodes are busy and which wait, as clush does. */
export interface EnterWatch {
  readonly observer: FanoutObserver;
  release(): void;
}

/** Undefined where nobody is watching, or where the terminal belongs to another process: reading from it would stop this one. */
export function watchEnter(session: RunSession): EnterWatch | undefined {
  const { surroundings, terminal, chosen, foldNames } = session;
  if (!surroundings.stdinIsTTY || !surroundings.stderrIsTTY || !isInForeground()) return undefined;
  const progress = createProgress(chosen.nodes);
  const show = (): void => {
    void terminal.stderr.write(`${progressLines(progress, foldNames).join('\n')}\n`);
  };
  let watching = true;
  process.stdin.on('data', show);
  // A question needs the terminal for itself.
  session.askThrough(async (use) => {
    process.stdin.pause();
    try {
      return await use();
    } finally {
      if (watching) process.stdin.resume();
    }
  });
  return {
    observer: progress.observer,
    release() {
      watching = false;
      process.stdin.off('data', show);
      process.stdin.pause();
    },
  };
}

/** proc(5): after the name in parentheses come state, parent, process group, session, terminal, the terminal's process group. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return group === foreground;
  } catch {
    return false;
  }
}
