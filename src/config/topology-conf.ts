import { resolve, join } from 'node:path';
import { existsSync } from 'node:fs';
import { ConfigError, type Place } from './config-error.ts';
import { interpolate } from './ini.ts';
import { readNamedIni } from './read-config.ts';
import { configFolders, type ConfigEnvironment } from './search-path.ts';

/** One line of topology.conf: `SOURCES: DESTINATIONS`, node-set expressions as written. */
export interface RouteLine extends Place {
  readonly from: string;
  readonly to: string;
}

export interface TopologyConf {
  readonly file: string;
  /** The user named the file: then it must say something about this machine. */
  readonly named: boolean;
  readonly routes: readonly RouteLine[];
}

export interface TopologyOptions extends ConfigEnvironment {
  /** `--topology`; relative to `cwd`. */
  readonly topology?: string | undefined;
  readonly cwd: string;
}

/**
 * ClusterShell's topology.conf: the file named, else that of the highest folder of the search that has one.
 * Keys are node sets, so they keep their case only as far as the file's dialect does: ConfigParser makes them lower case.
 */
export function readTopologyConf(options: TopologyOptions): TopologyConf | undefined {
  const { topology } = options;
  const file =
    topology === undefined
      ? configFolders(options)
          .map((folder) => join(folder, 'topology.conf'))
          .findLast((path) => existsSync(path))
      : resolve(options.cwd, topology);
  if (file === undefined) return undefined;
  const document = readNamedIni(file);
  const section = document.get('routes') ?? document.get('Main');
  if (section === undefined) {
    throw new ConfigError({ file, line: 0 }, 'there is no section [routes]', {
      hint: 'Lines are: SOURCES: DESTINATIONS, for example "admin: gateway[1-2]".',
    });
  }
  const routes = [...section].map(([from, value]) => ({
    from,
    to: interpolate(value, section),
    file: value.file,
    line: value.line,
  }));
  return { file, named: topology !== undefined, routes };
}
