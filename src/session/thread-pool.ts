const variable = 'UV_THREADPOOL_SIZE';
const given = process.env[variable];

/**
 * How many threads libuv makes for files and names, unless the person has said it. It reads this at their first use:
 * later calls have no effect (docs.libuv.org, threadpool).
 */
export function useThreads(count: number): void {
  if (given === undefined) process.env[variable] = String(count);
}
