import type { FanoutObserver } from './observer.ts';

/** One observer that tells several, in order; output waits for the slowest of them. */
export function combineObservers(observers: readonly FanoutObserver[]): FanoutObserver {
  return {
    async started(node) {
      for (const observer of observers) await observer.started?.(node);
    },
    output(node, stream, chunk) {
      const waiting: Promise<void>[] = [];
      for (const observer of observers) {
        const wait = observer.output?.(node, stream, chunk);
        if (wait !== undefined) waiting.push(wait);
      }
      if (waiting.length === 0) return undefined;
      return waiting.length === 1 ? waiting[0] : Promise.all(waiting).then(() => undefined);
    },
    async ended(report) {
      for (const observer of observers) await observer.ended?.(report);
    },
  };
}
