/** At most `count` at a time; the others wait their turn. */
export interface Slots {
  /**
   * Resolves with the function that gives the slot back. On abort rejects with the signal's reason.
   * @param onCrowded called each time somebody else has to wait while it is taken
   */
  take(signal: AbortSignal, onCrowded?: () => void): Promise<() => void>;
  /**
   * From now on no more than are taken now, at least one: the server allows fewer. It may have counted a session that had
   * just ended, and those that are taken may be taken for long: each second who waits first tries one more.
   */
  shrink(): void;
  /** How many are taken. */
  taken(): number;
}

const retryMs = 1000;

export function createSlots(count: number): Slots {
  let limit = count;
  let taken = 0;
  let raisedAt = -Infinity;
  const queue: (() => void)[] = [];
  const crowded = new Set<() => void>();
  const release = (): void => {
    taken -= 1;
    queue.shift()?.();
  };
  return {
    taken: () => taken,
    shrink() {
      limit = Math.max(1, taken);
    },
    async take(signal, onCrowded) {
      signal.throwIfAborted();
      while (taken >= limit) {
        for (const tell of crowded) tell();
        await new Promise<void>((resolve, reject) => {
          const turn = (): void => {
            clearInterval(retry);
            signal.removeEventListener('abort', leave);
            resolve();
          };
          const leave = (): void => {
            clearInterval(retry);
            queue.splice(queue.indexOf(turn), 1);
            reject(signal.reason as Error);
          };
          const retry = setInterval(() => {
            const now = performance.now();
            if (limit >= count || queue[0] !== turn || now - raisedAt < retryMs / 2) return;
            raisedAt = now;
            limit += 1;
            queue.shift();
            turn();
          }, retryMs);
          queue.push(turn);
          signal.addEventListener('abort', leave, { once: true });
        });
      }
      taken += 1;
      // A function of its own: the same one may come with several.
      const told = (): void => onCrowded?.();
      crowded.add(told);
      let given = false;
      return () => {
        if (given) return;
        given = true;
        crowded.delete(told);
        release();
      };
    },
  };
}
