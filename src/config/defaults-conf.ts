import { ConfigError, formatPlace } from './config-error.ts';
import { type IniDocument, printable } from './ini.ts';
import { readMergedIni } from './read-config.ts';
import { configFolders, type ConfigEnvironment } from './search-path.ts';
import { readSection } from './typed-values.ts';

/** What defaults.conf may set that matters here; clush.conf wins where both say something. Absent: not set. */
export interface Defaults {
  /** Folding axes as `nodeset --axis` takes them: counted from 1, negative ones from the end. */
  readonly foldAxes?: string;
  readonly fanout?: number;
  readonly connectTimeoutMs?: number;
  readonly commandTimeoutMs?: number;
  /** Unknown sections and keys, each with file:line. */
  readonly warnings: readonly string[];
}

/** The sections and keys ClusterShell knows; those about its engine and workers mean nothing here. */
const known: Readonly<Record<string, readonly string[]>> = {
  'task.default': [
    'stderr',
    'stdin',
    'stdout_msgtree',
    'stderr_msgtree',
    'engine',
    'auto_tree',
    'port_qlimit',
    'local_workername',
    'distant_workername',
  ],
  'task.info': ['debug', 'fanout', 'grooming_delay', 'connect_timeout', 'command_timeout'],
  nodeset: ['fold_axis'],
  engine: ['port_qlimit'],
};

/** Reads defaults.conf from every folder of the search, merged key by key. */
export function readDefaults(options: ConfigEnvironment): Defaults {
  const document = readMergedIni('defaults.conf', configFolders(options));
  const info = readSection(document.get('task.info') ?? new Map());
  const foldAxes = readFoldAxes(document);
  const fanout = info.count('fanout', 1);
  const connectTimeoutMs = info.seconds('connect_timeout');
  const commandTimeoutMs = info.seconds('command_timeout');
  return {
    ...(foldAxes !== undefined && { foldAxes }),
    ...(fanout !== undefined && { fanout }),
    ...(connectTimeoutMs !== undefined && { connectTimeoutMs }),
    ...(commandTimeoutMs !== undefined && { commandTimeoutMs }),
    warnings: unknownKeys(document),
  };
}

/** `fold_axis` counts from 0, `--axis` from 1. */
function readFoldAxes(document: IniDocument): string | undefined {
  const value = document.get('nodeset')?.get('fold_axis');
  if (value === undefined || value.value.trim() === '') {
    return undefined;
  }
  const axes = value.value.split(',').map((axis) => axis.trim());
  if (axes.some((axis) => !/^-?\d{1,3}$/.test(axis))) {
    throw new ConfigError(value, `fold_axis must be numbers like "0,1", not "${printable(value.value)}"`);
  }
  return axes.map((axis) => (axis.startsWith('-') ? axis : String(Number(axis) + 1))).join(',');
}

function unknownKeys(document: IniDocument): string[] {
  return [...document].flatMap(([section, keys]) =>
    [...keys]
      .filter(([key]) => known[section]?.includes(key) !== true)
      .map(
        ([key, value]) => `${formatPlace(value)}: unknown key "${printable(key)}" in [${printable(section)}]`,
      ),
  );
}
