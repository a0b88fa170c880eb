import { ConfigError, type Place } from '../config/config-error.ts';

/** Puts variables of the environment into `${NAME}`, so that secrets need not stand in the file; unset ones are errors. */
export function expandVariables(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  place: Place,
): string {
  return text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_match, name: string) => {
    const value = env[name];
    if (value === undefined || value === '') {
      throw new ConfigError(place, `the environment variable ${name} is not set`);
    }
    return value;
  });
}
