import { UserError } from '../errors.ts';

/** A whole number of at least `least`; undefined stays undefined. `option` is shown as typed: `-f`. */
export function readCount(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && value >= least) return value;
  throw new UserError(`${option} ${text}: not a number of ${least} or more`);
}

/** Seconds, also fractions, into milliseconds; 0 means no limit and stays 0. */
export function readSeconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d*\.?\d+$/.test(text)) return Number(text) * 1000;
  throw new UserError(`${option} ${text}: not a number of seconds`, { hint: 'For example: 30 or 0.5' });
}
