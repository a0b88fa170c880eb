/**
 * Stands in for `performance.now()` in what is built: the same monotonic clock, in milliseconds. The first use of `performance`
 * loads eight modules of Node.js, 1 ms CPU of every start.
 */
export function monotonicNow(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
