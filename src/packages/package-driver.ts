/** One package that changes, by exact versions. */
export interface PackageChange {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** What an interrupted or failed run of the package manager left. */
export interface BrokenPackages {
  /** The package manager's first line. */
  readonly said: string;
  /** Half unpacked: only to be unpacked anew. */
  readonly half: readonly string[];
  /** Unpacked, not configured. */
  readonly unconfigured: readonly string[];
}

/** What the package manager of a node says would happen; nothing was changed to know it. `null`: not known. */
export interface PackageFacts {
  readonly manager: 'apt' | 'dnf';
  /** Why root's rights are not to be had. */
  readonly denied: string | null;
  /** Seconds since the package lists were last brought. */
  readonly listsAge: number | null;
  readonly changes: readonly PackageChange[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Why the simulation failed, the manager's own words. */
  readonly problem: string | null;
  readonly held: readonly string[];
  /** The package database is interrupted or broken. */
  readonly broken: BrokenPackages | null;
  /** Somebody works with packages right now. */
  readonly busy: string | null;
  /** Files of configuration that were edited, of packages that change. */
  readonly editedFiles: readonly string[];
  /** A policy-rc.d is there already. */
  readonly guarded: boolean;
  /** Old clusters that the distribution would start by itself. */
  readonly strayServers: readonly string[];
  /** Automatic upgrades are on, and may upgrade PostgreSQL or Patroni. */
  readonly automatic: boolean;
  /** needrestart restarts services after other upgrades, Patroni with them. */
  readonly needrestart: boolean;
  /** Bytes free. */
  readonly free: {
    readonly programs: number | null;
    readonly archives: number | null;
    readonly data: number | null;
  };
  /** Bytes to download. */
  readonly download: number | null;
  /** `pgbackrest version` and its info as JSON, where it is installed. */
  readonly pgbackrest: { readonly version: string; readonly info: string } | null;
}

export interface PackageWish {
  /** Of the server whose packages are upgraded, under the names the distribution has for them; what they need comes along. */
  readonly major: string;
  /** More packages, by their names. */
  readonly more: readonly string[];
  /** PostgreSQL's version: `15.20`; absent: the newest on offer. */
  readonly target?: string;
  readonly dataDirectory: string | null;
}

/** Commands of one package manager, for `sh` as root on the node. */
export interface PackageDriver {
  /** Asks the repositories anew. */
  refresh(): string;
  /** Prints `name<TAB>version<TAB>state` of installed packages; state `ii` is whole. */
  installed(names: readonly string[]): string;
  /** Downloads the new packages, and the old ones to `rollbackFolder`, so that installing and going back need no repository. */
  stage(changes: readonly PackageChange[]): string;
  /**
   * Installs exactly these versions and lets nothing be restarted: the server that runs goes on from the old files.
   * Edited configuration files are kept. Asks nothing.
   */
  install(changes: readonly PackageChange[]): string;
  /** Takes away what a killed install left to keep services from starting. */
  unguard(): string;
  /** Back to the old versions, from what was kept; the server is not touched. */
  downgrade(changes: readonly PackageChange[]): string;
}

/** Where the packages that are replaced are kept. */
export const rollbackFolder = '/var/cache/muster/rollback';
