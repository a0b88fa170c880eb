import { join } from 'node:path';

/** What the places of configuration files depend on. */
export interface ConfigEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  readonly home: string;
}

/**
 * The folders ClusterShell reads its configuration from, lowest priority first; they need not exist.
 *
 * ClusterShell asks its Python for `sys.prefix`: `/usr` with the distribution's packages, hence `/usr/etc/clustershell`,
 * and the environment's folder when it is installed in a virtual environment, which we know only while it is active.
 * `/usr/local/etc/clustershell` is not in the list: ClusterShell does not read it on Debian either (its issue 441).
 */
export function clusterShellFolders({ env, home }: ConfigEnvironment): string[] {
  const folders = ['/etc/clustershell', join(home, '.local/etc/clustershell'), '/usr/etc/clustershell'];
  if (env['VIRTUAL_ENV']) {
    folders.push(join(env['VIRTUAL_ENV'], 'etc/clustershell'));
  }
  folders.push(join(userConfigFolder({ env, home }), 'clustershell'));
  if (env['CLUSTERSHELL_CFGDIR']) {
    folders.push(env['CLUSTERSHELL_CFGDIR']);
  }
  return lastOccurrences(folders);
}

/** muster's own folder, for files of ClusterShell's names and for `groups.yaml`. */
export function ownFolder(environment: ConfigEnvironment): string {
  return join(userConfigFolder(environment), 'muster');
}

/**
 * Every folder, lowest priority first: ClusterShell's, with muster's own just below `$CLUSTERSHELL_CFGDIR`.
 * Files of one name in several folders are merged key by key, the higher folder wins.
 */
export function configFolders(environment: ConfigEnvironment): string[] {
  const folders = clusterShellFolders(environment);
  const explicit = environment.env['CLUSTERSHELL_CFGDIR'];
  const at = explicit ? folders.length - 1 : folders.length;
  return lastOccurrences([...folders.slice(0, at), ownFolder(environment), ...folders.slice(at)]);
}

function userConfigFolder({ env, home }: ConfigEnvironment): string {
  return env['XDG_CONFIG_HOME'] || join(home, '.config');
}

/** A folder named twice is read once, at its higher rank. */
function lastOccurrences(folders: readonly string[]): string[] {
  return folders.filter((folder, index) => folders.lastIndexOf(folder) === index);
}
