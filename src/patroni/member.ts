/**
 * What one member says of itself and of its cluster. `null`: not known, or not said by this Patroni.
 * Names differ by version: `master` became `primary` (4.0), `running` of a replica `streaming` (3.0.4); here they are one.
 */
export interface MemberFacts {
  readonly node: string;
  readonly scope: string;
  readonly name: string | null;
  readonly role: 'primary' | 'standby_leader' | 'replica' | null;
  /** Patroni's word: `running`, `starting`, `stopped`, … */
  readonly state: string;
  readonly patroniVersion: string | null;
  readonly patroniInstalled: string | null;
  /** Runs what is installed; false: it was started before that came. */
  readonly patroniIsCurrent: boolean;
  /** Its service of systemd. */
  readonly patroniUnit: string | null;
  /** `150018` as `15.18`. */
  readonly serverVersion: string | null;
  /** What the program on disk is. */
  readonly serverInstalled: string | null;
  /** The running program's file was replaced. */
  readonly replaced: boolean | null;
  readonly startedAt: string | null;
  readonly timeline: number | null;
  readonly systemIdentifier: string | null;
  readonly pendingRestart: boolean;
  /** From Patroni 3.3 on. */
  readonly pendingReasons: readonly { readonly name: string; readonly from: string; readonly to: string }[];
  readonly tags: Readonly<Record<string, unknown>>;
  readonly paused: boolean;
  readonly unlocked: boolean;
  readonly failsafe: boolean;
  /** Seconds since this member last saw the consensus store; from Patroni 3.0 on. */
  readonly storeAge: number | null;
  readonly scheduledRestart: boolean;
  readonly watchdogFailed: boolean;
  /** The cluster as this member sees it; null: it could not say. */
  readonly cluster: ClusterAsSeen | null;
  /** Dynamic configuration, GET /config. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Health checks, OPTIONS: 200 or 503. */
  readonly checks: {
    readonly primary: number | null;
    readonly replica: number | null;
    readonly readOnly: number | null;
  };
  readonly server: ServerFacts | null;
  /** What could not be asked. */
  readonly problems: readonly string[];
  /** The node's clock, seconds since 1970. */
  readonly now: number;
}

/** GET /cluster. */
export interface ClusterAsSeen {
  readonly members: readonly SeenMember[];
  readonly scheduledSwitchover: { readonly at: string | null } | null;
}

export interface SeenMember {
  readonly name: string;
  /** leader, standby_leader, sync_standby, quorum_standby, replica. */
  readonly role: string;
  readonly state: string;
  /** Host part of the server's address. */
  readonly host: string | null;
  readonly port: number | null;
  readonly timeline: number | null;
  /** Bytes as Patroni last noted them; 'unknown' is null. */
  readonly lag: number | null;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly pendingRestart: boolean;
}

/** What the server itself says. Positions are bytes of WAL since 0/0, as text: beyond what a double holds. */
export interface ServerFacts {
  readonly inRecovery: boolean;
  readonly version: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly replayPaused: boolean;
  readonly receiver: { readonly status: string; readonly host: string | null } | null;
  readonly standbys: readonly StandbyFacts[];
}

/** A row of pg_stat_replication. */
export interface StandbyFacts {
  readonly name: string;
  readonly state: string;
  readonly syncState: string;
  /** Bytes not yet replayed. */
  readonly lag: number | null;
}
