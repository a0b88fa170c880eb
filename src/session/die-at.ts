/**
 * For tests of resuming: `MUSTER_DIE_AT=n` ends this process, as kill -9 would, at the n-th moment that is named a boundary;
 * `MUSTER_DIE_AT=after-effect:2` at the second of that name. Anything else does nothing.
 */
export function dieAt(env: Readonly<Record<string, string | undefined>>): (name: string) => void {
  const wanted = env['MUSTER_DIE_AT'];
  if (wanted === undefined) return () => {};
  const [name, count] = wanted.includes(':') ? wanted.split(':') : [undefined, wanted];
  let left = Number(count);
  return (boundary) => {
    if (name !== undefined && name !== boundary) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
