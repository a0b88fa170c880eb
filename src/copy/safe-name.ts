/**
 * A name that a node told, fit to be created in a folder of this machine: not empty, no `.` or `..`, no slash, no NUL, at
 * most 255 bytes. Undefined for all others.
 */
export function safeName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return undefined;
  if (name.includes('/') || name.includes('\0') || name.length > 255) return undefined;
  return name;
}
