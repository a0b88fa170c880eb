import type { FanoutObserver } from '../fanout/observer.ts';

export interface Progress {
  readonly observer: FanoutObserver;
  inProgress(): readonly string[];
  pending(): readonly string[];
}

/** Knows which nodes of one run are busy and which have not had their turn. */
export function createProgress(nodes: readonly string[]): Progress {
  const waiting = new Set(nodes);
  const busy = new Set<string>();
  return {
    observer: {
      started(node) {
        waiting.delete(node);
        busy.add(node);
      },
      ended({ node }) {
        waiting.delete(node);
        busy.delete(node);
      },
    },
    inProgress: () => [...busy],
    pending: () => [...waiting],
  };
}

/** What Enter shows while a command runs. */
export function progressLines(progress: Progress, fold: (nodes: readonly string[]) => string): string[] {
  const busy = progress.inProgress();
  const pending = progress.pending();
  return [
    'muster: still running (Ctrl-C cancels)',
    ...(busy.length > 0 ? [`muster: in progress(${busy.length}): ${fold(busy)}`] : []),
    ...(pending.length > 0 ? [`muster: pending(${pending.length}): ${fold(pending)}`] : []),
  ];
}
