import { UserError } from '../errors.ts';

/** Where a value was written. `line` counts from 1; 0 when the whole file is meant. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** `file:line`, or the file alone. */
export function formatPlace({ file, line }: Place): string {
  return line > 0 ? `${file}:${line}` : file;
}

/** A configuration file that cannot be used as it stands: the message begins with `file:line`. */
export class ConfigError extends UserError {
  override readonly name = 'ConfigError';
  readonly place: Place;

  constructor(place: Place, message: string, details: { hint?: string; cause?: unknown } = {}) {
    super(`${formatPlace(place)}: ${message}`, { code: 'CONFIG', ...details });
    this.place = place;
  }
}
