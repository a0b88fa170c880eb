import { dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { ConfigError, formatPlace } from './config-error.ts';
import { type ClushSettings, clushSettings, knownClushKeys } from './clush-settings.ts';
import { dropInFiles, dropInFolders } from './drop-ins.ts';
import { type IniDocument, type IniSection, type IniValue, mergeIni, printable } from './ini.ts';
import { readIni, readNamedIni } from './read-config.ts';
import { clusterShellFolders, configFolders, type ConfigEnvironment, ownFolder } from './search-path.ts';

/** Where clush's configuration comes from. */
export interface ClushConfOptions extends ConfigEnvironment {
  /** A file that replaces the search (`--conf`). */
  readonly conf?: string;
  /** What a relative `conf` is relative to. */
  readonly cwd?: string;
  /** The run mode to activate (`-m`). */
  readonly mode?: string;
  /** `KEY=VALUE`, each beating everything else (`-O`). */
  readonly overrides?: readonly string[];
}

/** clush.conf as it stands for this run. */
export interface ClushConf {
  readonly settings: ClushSettings;
  /** Names of the run modes one can choose. */
  readonly modes: readonly string[];
  /** Oddities that do not stop anything: unknown keys, each with file:line. */
  readonly warnings: readonly string[];
}

const modePrefix = 'mode:';

const builtIn = (value: string): IniValue => ({ value, file: '-m', line: 0 });

/** Modes there are without a file; one in a file takes their place. */
const builtInModes: ReadonlyMap<string, IniSection> = new Map([
  [
    'sudo',
    new Map([
      ['command_prefix', builtIn('sudo')],
      ['password_prompt', builtIn('yes')],
    ]),
  ],
]);

/**
 * Reads clush.conf from every folder of the search, the files of its `confdir`, the chosen run mode and `-O`, in this
 * order; later ones win key by key.
 */
export function readClushConf(options: ClushConfOptions): ClushConf {
  const main = readMain(options);
  const document = mergeIni([main.document, ...readModes(main)]);
  const modes = [...document.keys()]
    .filter((name) => name.startsWith(modePrefix))
    .map((name) => name.slice(modePrefix.length))
    .concat([...builtInModes.keys()].filter((name) => !document.has(`${modePrefix}${name}`)));

  const keys = new Map<string, IniValue>(document.get('Main') ?? []);
  if (options.mode !== undefined) {
    for (const [key, value] of modeSection(document, options.mode, modes)) {
      keys.set(key, value);
    }
  }
  for (const override of options.overrides ?? []) {
    const { key, value } = parseOverride(override);
    keys.set(key, { value, file: '-O', line: 0 });
  }
  return { settings: clushSettings(keys), modes, warnings: unknownKeys(keys) };
}

interface MainConf {
  readonly document: IniDocument;
  /** What `$CFGDIR` stands for in `confdir`. */
  readonly roots: readonly string[];
}

function readMain(options: ClushConfOptions): MainConf {
  if (options.conf !== undefined) {
    const file = resolve(options.cwd ?? '/', options.conf);
    return { document: readNamedIni(file), roots: [dirname(file)] };
  }
  const found = configFolders(options).flatMap((folder) => {
    const document = readIni(join(folder, 'clush.conf'));
    return document === undefined ? [] : [{ folder, document }];
  });
  const shared = clusterShellFolders(options);
  const highest = found.findLast(({ folder }) => shared.includes(folder))?.folder;
  return {
    document: mergeIni(found.map(({ document }) => document)),
    roots: [...(highest === undefined ? [] : [highest]), ownFolder(options)],
  };
}

/** Files in `confdir` hold run modes. One that this user may not read (it may hold passwords) is not for this user. */
function readModes({ document, roots }: MainConf): IniDocument[] {
  const confdir = document.get('Main')?.get('confdir');
  if (confdir === undefined) {
    return [];
  }
  const folders = [...new Set(dropInFolders(confdir, roots))];
  return folders
    .flatMap((folder) => dropInFiles(folder, '.conf', confdir))
    .flatMap((file) => {
      try {
        return [readNamedIni(file)];
      } catch (error) {
        if (error instanceof ConfigError && isPermission(error.cause)) {
          return [];
        }
        throw error;
      }
    });
}

function isPermission(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
}

function modeSection(document: IniDocument, mode: string, modes: readonly string[]): IniSection {
  const section = document.get(`${modePrefix}${mode}`) ?? builtInModes.get(mode);
  if (section !== undefined) {
    return section;
  }
  throw new UserError(`unknown run mode "${printable(mode)}"`, {
    code: 'UNKNOWN_MODE',
    hint: `Modes: ${modes.join(', ')}.`,
  });
}

function parseOverride(text: string): { key: string; value: string } {
  const parts = /^\s*([A-Za-z_]+)\s*=(.*)$/s.exec(text);
  if (parts === null) {
    throw new UserError(`-O needs KEY=VALUE, not "${printable(text)}"`);
  }
  const key = parts[1]!.toLowerCase();
  if (!knownClushKeys.has(key)) {
    throw new UserError(`-O: there is no setting "${printable(key)}"`, {
      hint: `Settings: ${[...knownClushKeys].toSorted().join(', ')}.`,
    });
  }
  return { key, value: parts[2]!.trim() };
}

/** ClusterShell accepts any key in silence; old files have some, so they only earn a warning. */
function unknownKeys(keys: IniSection): string[] {
  return [...keys]
    .filter(([key]) => !knownClushKeys.has(key))
    .map(([key, value]) => `${formatPlace(value)}: unknown key "${printable(key)}"`);
}
