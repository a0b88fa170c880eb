import { ConfigError } from './config-error.ts';
import { type IniSection, type IniValue, interpolate, printable } from './ini.ts';

/** Reads one key of a section as some type; undefined when the key is absent. */
export interface SectionReader {
  text(key: string): string | undefined;
  /** A whole number, not below the bound. */
  count(key: string, atLeast?: number): number | undefined;
  /** Seconds, fractions allowed, as milliseconds. */
  seconds(key: string): number | undefined;
  flag(key: string): boolean | undefined;
  choice<const T extends string>(key: string, choices: readonly T[]): T | undefined;
}

/** What ConfigParser takes for yes and no. */
const flags: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  '1': true,
  no: false,
  false: false,
  off: false,
  '0': false,
};

/** Reads a section of a file that ClusterShell interpolates: `%%` is a percent sign, `%(key)s` another key. */
export function readSection(section: IniSection): SectionReader {
  function read<T>(key: string, expected: string, convert: (text: string) => T | undefined): T | undefined {
    const value = section.get(key);
    if (value === undefined) {
      return undefined;
    }
    const text = interpolate(value, section);
    const converted = convert(text.trim());
    if (converted === undefined) {
      throw badValue(key, value, text, expected);
    }
    return converted;
  }

  return {
    text: (key) => read(key, 'text', (text) => text),
    count: (key, atLeast = 0) =>
      read(key, atLeast > 0 ? `a whole number from ${atLeast}` : 'a whole number', (text) =>
        /^\+?\d{1,9}$/.test(text) && Number(text) >= atLeast ? Number(text) : undefined,
      ),
    seconds: (key) =>
      read(key, 'a number of seconds', (text) =>
        /^\+?(\d+\.?\d*|\.\d+)$/.test(text) ? Math.round(Number(text) * 1000) : undefined,
      ),
    flag: (key) => read(key, 'yes or no', (text) => flags[text.toLowerCase()]),
    choice: (key, choices) =>
      read(key, `one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text)),
  };
}

function badValue(key: string, value: IniValue, text: string, expected: string): ConfigError {
  return new ConfigError(value, `${key} must be ${expected}, not "${printable(text)}"`);
}
