/**
 * What is known of one node. `null` means not known: the tool is missing or the right to ask. Times are ISO 8601 in UTC.
 * This is what snapshots and `--json` hold; the schema is docs/schemas/versions.json.
 */
export interface NodeFacts {
  /** When the node answered, by its own clock. */
  readonly at: string | null;
  readonly os: OsFacts | null;
  readonly kernel: KernelFacts;
  readonly packages: PackageFacts;
  /** Running PostgreSQL servers. */
  readonly instances: readonly InstanceFacts[];
  readonly patroni: readonly PatroniFacts[];
  readonly tools: readonly ToolFacts[];
  /** Answers of the user's own probes by name; null: the probe failed or gave nothing. */
  readonly probes: Readonly<Record<string, string | null>>;
  /** What could not be read, and why. */
  readonly problems: readonly string[];
}

export interface OsFacts {
  /** `debian`, `rhel`, …: os-release's ID. */
  readonly id: string;
  /** `12`, `24.04`; Debian with its point release where known: `12.11`. */
  readonly version: string | null;
  /** `Debian 12`, for people. */
  readonly name: string;
}

export interface KernelFacts {
  readonly running: string | null;
  /** The newest installed, when it is not the one that runs. */
  readonly pending: string | null;
  readonly bootedAt: string | null;
  /** Packages that ask for a reboot; null: nobody asks. */
  readonly rebootFor: readonly string[] | null;
}

export interface PackageFacts {
  readonly manager: 'apt' | 'dnf' | null;
  /** When the package lists were last brought from the repository. */
  readonly listsAt: string | null;
  readonly list: readonly PackageVersion[];
}

export interface PackageVersion {
  readonly name: string;
  readonly installed: string;
  /** What an upgrade would install; null: not known. */
  readonly candidate: string | null;
  readonly held: boolean;
  /** The candidate comes from a repository for security updates. */
  readonly security: boolean;
}

export interface InstanceFacts {
  readonly pid: number;
  readonly major: string | null;
  readonly port: number | null;
  readonly dataDirectory: string | null;
  readonly program: string | null;
  /** What runs: `15.18`. */
  readonly running: string | null;
  readonly runningFrom: 'sql' | 'patroni' | 'program' | null;
  /** What its program on disk is. */
  readonly installed: string | null;
  /** The program on disk is not the one that runs. */
  readonly replaced: boolean | null;
  readonly startedAt: string | null;
  /** When the program on disk was put there. */
  readonly installedAt: string | null;
  readonly role: 'primary' | 'standby' | null;
  readonly systemIdentifier: string | null;
  readonly checksums: boolean | null;
  /** preload libraries, encoding, wal_level, cluster_name, … */
  readonly settings: Readonly<Record<string, string>>;
  readonly pendingRestart: readonly PendingRestart[];
  /** Shared libraries in use whose file was replaced. */
  readonly replacedLibraries: readonly string[];
  /** null: SQL was not possible. */
  readonly extensions: readonly ExtensionFacts[] | null;
  readonly collations: readonly CollationMismatch[] | null;
  /** Ids of release notes whose query found something. */
  readonly notes: readonly string[];
  /** Databases, and how many of them could be looked into. */
  readonly databases: { readonly total: number; readonly seen: number } | null;
}

export interface PendingRestart {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface ExtensionFacts {
  readonly name: string;
  readonly version: string;
  /** null: its files are missing on this node. */
  readonly available: string | null;
  readonly databases: readonly string[];
}

export interface CollationMismatch {
  readonly database: string;
  /** null: the database's own. */
  readonly collation: string | null;
  readonly recorded: string | null;
  readonly actual: string | null;
}

export interface PatroniFacts {
  readonly scope: string | null;
  /** The member's name; known from Patroni 3.2 on. */
  readonly name: string | null;
  readonly running: string | null;
  readonly installed: string | null;
  readonly role: string | null;
  /** Of the server it looks after: `running`, `streaming`, `stopped`, `start failed` … */
  readonly state: string | null;
  readonly serverVersion: string | null;
  readonly systemIdentifier: string | null;
  readonly timeline: number | null;
  readonly pendingRestart: boolean;
  readonly pendingRestartReason: readonly PendingRestart[];
  /** Names of all members of its cluster, sorted. */
  readonly members: readonly string[] | null;
  readonly paused: boolean;
}

export interface ToolFacts {
  readonly name: string;
  readonly installed: string | null;
  readonly running: boolean;
  /** Its program was replaced after it started; null: not running or not known. */
  readonly restartNeeded: boolean | null;
  readonly installedAt: string | null;
}
