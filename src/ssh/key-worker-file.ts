/** Where the worker's program is. The build replaces this module by the place of the bundled one. */
export function keyWorkerFile(): URL | string {
  return new URL('key-worker.ts', import.meta.url);
}
