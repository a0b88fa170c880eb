import { dirname, join, resolve } from 'node:path';
import { dropInFolders } from '../config/drop-ins.ts';
import { type IniDocument, type IniValue, mergeIni } from '../config/ini.ts';
import { readIni, readNamedIni } from '../config/read-config.ts';
import {
  clusterShellFolders,
  configFolders,
  type ConfigEnvironment,
  ownFolder,
} from '../config/search-path.ts';
import { mainSection } from './groups-conf.ts';
import type { UpcallFolders } from './upcall-source.ts';

/** groups.conf, merged, and what follows from where it was found. */
export interface FoundMain {
  readonly document: IniDocument;
  /** What `$CFGDIR` is for ClusterShell's files: the highest folder with a groups.conf. */
  readonly configFolder: string;
  /** What `$CFGDIR` stands for in confdir and autodir. */
  readonly dropInRoots: readonly string[];
  readonly ownFolder: string | undefined;
  /** The groups.conf files that share `configFolder`: ClusterShell's, or the named one. */
  readonly mainFiles: ReadonlySet<string>;
  readonly searched: readonly string[];
}

/** The groups.conf the user named instead of the search (`--groupsconf`); muster's own folder is left out too. */
export function namedMain(groupsConf: string, cwd = '/'): FoundMain {
  const file = resolve(cwd, groupsConf);
  const folder = dirname(file);
  return {
    document: readNamedIni(file),
    configFolder: folder,
    dropInRoots: [folder],
    ownFolder: undefined,
    mainFiles: new Set([file]),
    searched: [file],
  };
}

/** The groups.conf of every folder of the search, merged key by key. */
export function findMain(options: ConfigEnvironment): FoundMain {
  const folders = configFolders(options);
  const own = ownFolder(options);
  const documents = folders.flatMap((folder) => {
    const document = readIni(join(folder, 'groups.conf'));
    return document === undefined ? [] : [{ folder, document }];
  });
  const shared = clusterShellFolders(options);
  const highest = documents.findLast(({ folder }) => folder !== own)?.folder;
  // A folder above the highest groups.conf may hold drop-in folders alone; ClusterShell before 1.10 did not see them.
  const above = shared.slice(highest === undefined ? 0 : shared.indexOf(highest) + 1);
  return {
    document: mergeIni(documents.map(({ document }) => document)),
    configFolder: highest ?? shared.at(-1)!,
    dropInRoots: [...(highest === undefined ? [] : [highest]), ...above, own],
    ownFolder: own,
    mainFiles: new Set(
      documents.filter(({ folder }) => folder !== own).map(({ folder }) => join(folder, 'groups.conf')),
    ),
    searched: folders,
  };
}

/** A drop-in folder and the key that names it. */
export interface DropInFolder {
  readonly path: string;
  readonly origin: IniValue | undefined;
}

/** Folder names of the drop-in folders when groups.conf says nothing about them. */
const builtIn = { confdir: 'groups.conf.d', autodir: 'groups.d' } as const;

/** The drop-in folders for `*.conf` or `*.yaml` files, each once, in the order they are read. */
export function dropIns(found: FoundMain, key: 'confdir' | 'autodir'): DropInFolder[] {
  const main = found.document.get(mainSection);
  // The old name of confdir wins over the new one, as in ClusterShell.
  const written = (key === 'confdir' ? main?.get('groupsdir') : undefined) ?? main?.get(key);
  const paths =
    written === undefined
      ? found.mainFiles.size === 0
        ? found.dropInRoots.map((root) => join(root, builtIn[key]))
        : []
      : dropInFolders(written, found.dropInRoots);
  const own = found.ownFolder === undefined ? [] : [join(found.ownFolder, builtIn[key])];
  return [...new Set([...paths, ...own])].map((path) => ({ path, origin: written }));
}

/** Where an upcall written in `file` runs, and what `$CFGDIR` means to it. */
export function foldersOf(file: string, found: FoundMain): UpcallFolders {
  const folder = dirname(file);
  // ClusterShell runs the upcalls of all merged groups.conf files in the folder of the highest one, those of drop-in
  // files where these are.
  return found.mainFiles.has(file)
    ? { cwd: found.configFolder, configFolder: found.configFolder }
    : { cwd: folder, configFolder: folder };
}
