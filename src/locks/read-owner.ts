import type { LockOwner } from './lock.ts';

/** Reads what a holder wrote about itself; anything else gives nulls. */
export function readOwner(json: string): {
  readonly holder: LockOwner | null;
  readonly token: string | null;
} {
  let said: unknown;
  try {
    said = JSON.parse(json);
  } catch {
    return { holder: null, token: null };
  }
  const words = (said ?? {}) as Record<string, unknown>;
  const { who, from, work, since, token } = words;
  if ([who, from, work, since].some((word) => typeof word !== 'string')) return { holder: null, token: null };
  return {
    holder: { who, from, work, since } as LockOwner,
    token: typeof token === 'string' ? token : null,
  };
}
