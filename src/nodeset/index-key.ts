/**
 * Every index a name may hold is one number, its *key*, and keys sort as ClusterShell sorts indexes:
 * by length, then by digits. `1`, `01` and `001` are different nodes, so the length is part of the key:
 *
 *     text   0 … 9   00 … 99     000 … 999     -1   -2
 *     key    0 … 9   10 … 109    110 … 1109    -1   -2
 *
 * An index shorter than its band allows is padded (`07`); negative indexes are never padded.
 */

/** Longer runs of digits keep their leading digits as text, so that every key is an exact double. */
export const longestIndex = 15;

/** First key of the indexes of `length` digits. */
const bandStarts: readonly number[] = makeBandStarts();

function makeBandStarts(): number[] {
  const starts = [0, 0];
  for (let length = 2; length <= longestIndex + 1; length += 1) {
    starts.push(starts[length - 1]! + 10 ** (length - 1));
  }
  return starts;
}

/** First key of the indexes of `length` digits (1 to `longestIndex` + 1). */
export function bandStart(length: number): number {
  return bandStarts[length]!;
}

/** How many digits the index has; 1 for negative ones, which continue into 0. */
export function lengthOfKey(key: number): number {
  let length = 1;
  while (key >= bandStarts[length + 1]!) length += 1;
  return length;
}

export function keyOf(length: number, value: number): number {
  return value < 0 ? value : bandStarts[length]! + value;
}

/** The number an index stands for: 7 for `7`, `07` and `007`. */
export function valueOfKey(key: number): number {
  return key < 0 ? key : key - bandStarts[lengthOfKey(key)]!;
}

/** Key of an unpadded number. */
export function keyOfNumber(value: number): number {
  return keyOf(value < 0 ? 1 : String(value).length, value);
}

/** First key of `length` digits that needs no padding: `10` among `00 … 99`. */
export function unpaddedStart(length: number): number {
  return length === 1 ? 0 : bandStarts[length]! + 10 ** (length - 1);
}

export function isPaddedKey(key: number): boolean {
  return key >= 10 && key < unpaddedStart(lengthOfKey(key));
}

export function textOfKey(key: number): string {
  if (key < 10) return String(key);
  const length = lengthOfKey(key);
  return String(key - bandStarts[length]!).padStart(length, '0');
}
