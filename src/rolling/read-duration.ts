import { parseDuration } from '../config/duration.ts';
import { UserError } from '../errors.ts';

/**
 * Milliseconds of what a user wrote after `option`: `90` (seconds), `30s`, `5m`, `1h30m`.
 * @throws UserError naming option and text
 */
export function readDuration(option: string, text: string): number {
  const value = parseDuration(text.trim());
  if (value !== undefined) return value;
  throw new UserError(`${option} ${JSON.stringify(text)}: not a duration`, {
    hint: 'For example 30s, 5m or 1h30m; a number alone means seconds.',
  });
}
