import type { ToolFacts } from './facts.ts';
import { isoTime, toNumber, type NodeClock } from './read-host.ts';
import { linesOf, type Sections } from './sections.ts';

/** Ticks of the kernel's clock in /proc: 100 a second on every Linux there is. */
const ticksPerSecond = 100;

/** HAProxy and its like: which version is installed, and whether the process that runs is of that file. */
export function readTools(sections: Sections, clock: NodeClock): ToolFacts[] {
  const names = new Set([
    ...sections.named('tool').map(({ words }) => words[0]!),
    ...sections.named('daemon').map(({ words }) => words[0]!),
  ]);
  return [...names].toSorted().map((name) => {
    const changed = toNumber(linesOf(sections.of('tool-file', name))[0]);
    const processes = sections.named('daemon').filter(({ words }) => words[0] === name);
    return {
      name,
      installed: /\bv?(\d+\.\d[\w.]*(?:-dev\d+)?)/i.exec(sections.of('tool', name) ?? '')?.[1] ?? null,
      running: processes.length > 0,
      restartNeeded: processes.length === 0 ? null : isOutdated(processes, changed, clock),
      installedAt: isoTime(changed),
    };
  });
}

/**
 * Judged by the process started last: HAProxy keeps old ones that finish their connections after a reload.
 * The link to its program says for sure; where it may not be read, a program put there after the start does.
 */
function isOutdated(
  processes: readonly { words: readonly string[]; text: string }[],
  changed: number | null,
  clock: NodeClock,
): boolean | null {
  const newest = processes.toSorted((a, b) => Number(a.words[2]) - Number(b.words[2])).at(-1)!;
  if (newest.text !== '') return newest.text.endsWith(' (deleted)');
  const ticks = toNumber(newest.words[2]);
  if (changed === null || ticks === null || clock.booted === null) return null;
  return clock.booted + ticks / ticksPerSecond < changed;
}
