/** At most `count` at a time; the others wait their turn. */
export interface Slots {
  /** Resolves with the function that gives the slot back. On abort rejects with the signal's reason. */
  take(signal: AbortSignal): Promise<() => void>;
  /** From now on no more than are taken now, at least one: the server allows fewer. */
  shrink(): void;
  /** How many are taken. */
  taken(): number;
}

export function createSlots(count: number): Slots {
  let limit = count;
  let taken = 0;
  const queue: (() => void)[] = [];
  const release = (): void => {
    taken -= 1;
    queue.shift()?.();
  };
  return {
    taken: () => taken,
    shrink() {
      limit = Math.max(1, taken);
    },
    async take(signal) {
      signal.throwIfAborted();
      while (taken >= limit) {
        await new Promise<void>((resolve, reject) => {
          const turn = (): void => {
            signal.removeEventListener('abort', leave);
            resolve();
          };
          const leave = (): void => {
            queue.splice(queue.indexOf(turn), 1);
            reject(signal.reason as Error);
          };
          queue.push(turn);
          signal.addEventListener('abort', leave, { once: true });
        });
      }
      taken += 1;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        release();
      };
    },
  };
}
