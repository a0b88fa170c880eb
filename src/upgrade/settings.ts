/** What an upgrade is asked to do: part of its specification, so that a resume does the same. Times are milliseconds. */
export interface UpgradeSettings {
  /** `15.20`; absent: the newest on offer. */
  readonly target?: string;
  /** More packages to upgrade along: `postgresql-15-cron`. */
  readonly packages: readonly string[];
  readonly includePatroni: boolean;
  readonly candidate?: string;
  /** Stop before the switchover, for a person to look. */
  readonly supervisedPrimary: boolean;
  /** Give the leadership back to who had it: a second interruption. */
  readonly switchback: boolean;
  readonly downloadOnly: boolean;
  readonly proxies: readonly string[];
  /** How clients are led away from a replica: on the proxies, by Patroni's tag, or not. */
  readonly drain: 'proxies' | 'tag' | 'none';
  readonly forceDrain: boolean;
  readonly maxLag: number;
  readonly maxTransactionMs: number;
  readonly drainMs: number;
  readonly restartMs: number;
  readonly nodeMs: number;
  readonly switchoverMs: number;
  readonly soakMs: number;
  readonly parallelClusters: number;
  readonly maxFailures: number;
  readonly window?: string;
  readonly waivers: Readonly<Record<string, string>>;
  readonly backupAgeMs: number;
  /** Hosts of Barman. */
  readonly barman: readonly string[];
  readonly allowDowntime: boolean;
  /** How it is seen that nobody takes writes: by the servers' roles at the switchover, or by writing all the time. */
  readonly probe: 'roles' | 'table';
  /** Where to write, see readProbeDsn; absent: on the members. */
  readonly probeDsn?: string;
  /** How the leader comes to the new version; absent: by a switchover, or in place where nothing can hand over. */
  readonly primaryMethod?: 'switchover' | 'restart';
  /** Hands the leadership over where no Patroni does. */
  readonly promoteCommand?: string;
}
