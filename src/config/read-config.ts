import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config-error.ts';
import { type IniDocument, mergeIni, parseIni } from './ini.ts';

/** A text file, or undefined when it does not exist. A file that exists and cannot be read is an error, never an absence. */
export function readOptionalFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw new ConfigError({ file, line: 0 }, `cannot be read: ${String(code ?? error)}`, { cause: error });
  }
}

/** Parses one ini file; undefined when it does not exist. */
export function readIni(file: string): IniDocument | undefined {
  const text = readOptionalFile(file);
  return text === undefined ? undefined : parseIni(text, file);
}

/** The ini file of that name from every folder where it exists, lowest priority first. */
export function readIniFiles(name: string, folders: readonly string[]): IniDocument[] {
  return folders.map((folder) => readIni(join(folder, name))).filter((document) => document !== undefined);
}

/** The same, merged key by key. */
export function readMergedIni(name: string, folders: readonly string[]): IniDocument {
  return mergeIni(readIniFiles(name, folders));
}

/** The one file the user named instead of the search (`--conf`, `--groupsconf`): it must exist. */
export function readNamedIni(file: string): IniDocument {
  const document = readIni(file);
  if (document === undefined) {
    throw new ConfigError({ file, line: 0 }, 'no such file');
  }
  return document;
}
