/** Places in a set or list, from 0: `from` included, `to` not. */
export interface Places {
  readonly from: number;
  readonly to: number;
}

/** Cuts `size` places into `count` runs of almost the same length, longer ones first; never into empty ones but for size 0. */
export function* splitPlaces(size: number, count: number): Generator<Places> {
  const parts = Math.max(Math.min(count, size), 1);
  const least = Math.floor(size / parts);
  const longer = size % parts;
  let from = 0;
  for (let part = 0; part < parts; part += 1) {
    const to = from + least + (part < longer ? 1 : 0);
    yield { from, to };
    from = to;
  }
}

/** `count` of `size` places at random, in rising order; all when there are fewer. */
export function pickPlaces(size: number, count: number, random: () => number = Math.random): Places[] {
  if (count >= size) return [{ from: 0, to: size }];
  // Floyd's sampling: each subset is as likely as any other, and only `count` numbers are drawn.
  const picked = new Set<number>();
  for (let last = size - count; last < size; last += 1) {
    const place = Math.floor(random() * (last + 1));
    picked.add(picked.has(place) ? last : place);
  }
  return [...picked].toSorted((a, b) => a - b).map((place) => ({ from: place, to: place + 1 }));
}
