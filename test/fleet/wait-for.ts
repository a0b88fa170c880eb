import { setTimeout as delay } from 'node:timers/promises';

import { ExitCode, UserError } from '../../src/errors.ts';

/** What a condition says while it does not hold: what is still missing. */
export interface NotYet {
  readonly missing: string;
}

export interface WaitOptions {
  /** Milliseconds from the call. */
  readonly within: number;
  /** Milliseconds between two looks; default 100. */
  readonly every?: number;
}

/**
 * Looks until the condition holds and answers its value.
 * Throws when the time is over, naming what was awaited and what was missing at the last look.
 */
export async function waitFor<T>(
  awaited: string,
  options: WaitOptions,
  look: () => Promise<T | NotYet> | T | NotYet,
): Promise<T> {
  const end = performance.now() + options.within;
  for (;;) {
    const seen = await look();
    if (!isNotYet(seen)) {
      return seen;
    }
    if (performance.now() >= end) {
      throw new UserError(`not within ${options.within / 1000} s: ${awaited} (${seen.missing})`, {
        code: 'FLEET_DEADLINE',
        exitCode: ExitCode.nodesFailed,
      });
    }
    await delay(options.every ?? 100);
  }
}

export function notYet(missing: string): NotYet {
  return { missing };
}

export function isNotYet(seen: unknown): seen is NotYet {
  return typeof seen === 'object' && seen !== null && 'missing' in seen;
}
