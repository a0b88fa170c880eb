import { hash } from 'node:crypto';

/**
 * A short name for everything a plan says: the same facts give the same name, in whatever order keys were written.
 * @returns twelve hexadecimal digits
 */
export function planHash(document: unknown): string {
  return hash('sha256', canonicalJson(document)).slice(0, 12);
}

/** JSON with sorted keys and without undefined values. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${entries.join(',')}}`;
}
