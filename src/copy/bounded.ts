/** At most `limit` of something at a time: bytes on their way, files open. Those who wait are served in order. */
export interface Bounded {
  /** Waits until there is room; more than the whole limit is let through alone. */
  take(amount: number): Promise<void>;
  /** Takes it if there is room and nobody waits. */
  takeNow(amount: number): boolean;
  give(amount: number): void;
}

export function createBounded(limit: number): Bounded {
  let taken = 0;
  const queue: { readonly amount: number; readonly go: () => void }[] = [];
  const fits = (amount: number): boolean => taken === 0 || taken + amount <= limit;
  const takeNow = (amount: number): boolean => {
    if (queue.length > 0 || !fits(amount)) return false;
    taken += amount;
    return true;
  };
  return {
    takeNow,
    async take(amount) {
      if (!takeNow(amount)) await new Promise<void>((go) => queue.push({ amount, go }));
    },
    give(amount) {
      taken -= amount;
      while (queue.length > 0 && fits(queue[0]!.amount)) {
        const { amount: wanted, go } = queue.shift()!;
        taken += wanted;
        go();
      }
    },
  };
}
