/** Throws for what is not the name of a lock: it becomes part of a file's name on nodes. */
export function checkLockName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new TypeError(`not the name of a lock: ${JSON.stringify(name)}`);
  }
}
