import { readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { IniValue } from './ini.ts';
import { splitShellWords } from './shell-words.ts';

/** The folders a `confdir` or `autodir` key names; `$CFGDIR` stands for each of the given folders in turn. */
export function dropInFolders(value: IniValue, configFolders: readonly string[]): string[] {
  const words = splitShellWords(value.value);
  if (words === undefined) {
    throw new ConfigError(value, `a quote is never closed in "${value.value}"`);
  }
  return words
    .flatMap((word) =>
      /\$(?:CFGDIR\b|\{CFGDIR\})/.test(word)
        ? configFolders.map((folder) => word.replaceAll(/\$(?:CFGDIR\b|\{CFGDIR\})/g, folder))
        : [word],
    )
    .map((folder) => (isAbsolute(folder) ? folder : join(dirname(value.file), folder)));
}

/** The files of a drop-in folder with that ending, sorted by name; none when the folder does not exist. */
export function dropInFiles(folder: string, ending: string, origin: IniValue | undefined): string[] {
  const place = origin ?? { file: folder, line: 0 };
  const status = statSync(folder, { throwIfNoEntry: false });
  if (status === undefined) {
    return [];
  }
  if (!status.isDirectory()) {
    throw new ConfigError(place, `${folder} is not a folder`);
  }
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .toSorted()
      .map((name) => join(folder, name));
  } catch (error) {
    throw new ConfigError(place, `${folder} cannot be read`, { cause: error });
  }
}
