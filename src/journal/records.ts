import type { NodeOutcome } from '../fanout/outcome.ts';
import type { RollingRecord } from './rolling-records.ts';

/** The format this muster writes, and the newest it reads. */
export const schemaVersion = 1;

/** `rolling` runs can be resumed: they are never pruned before they are finished. */
export type RunKind = 'ad-hoc' | 'rolling';

/** Who ran it, as far as the machine knows. */
export interface Operator {
  readonly uid: number;
  readonly user: string;
  /** SUDO_USER: who became `user`. */
  readonly sudoUser?: string;
  /** First word of SSH_CLIENT: where they came from. */
  readonly sshClient?: string;
}

export type SettingValue = string | number | boolean | null;

/** What is known of a run before it begins. Texts are redacted by the journal, not by the caller. */
export interface RunHeader {
  /** Default: `ad-hoc`. */
  readonly kind?: RunKind;
  readonly musterVersion: string;
  readonly operator: Operator;
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly nodeSet: {
    /** As the user wrote it: `@patroni!node3`. */
    readonly written: string;
    /** As it was resolved, folded: `node[1-2,4]`. */
    readonly folded: string;
    /** As it was resolved, in the order of execution. */
    readonly nodes: readonly string[];
  };
  readonly command: string;
  /** What shaped the run: fanout, timeouts, transport. */
  readonly settings?: Readonly<Record<string, SettingValue>>;
}

/** First record of every file. Instants are ISO 8601 in UTC. */
export interface HeaderRecord extends Omit<RunHeader, 'kind' | 'settings'> {
  readonly type: 'run';
  readonly schema: number;
  readonly id: string;
  readonly kind: RunKind;
  readonly at: string;
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** Name of the machine muster ran on. */
  readonly host: string;
  /** SHA-256, hex, of the command before redaction: tells whether two runs ran the same. */
  readonly commandSha256: string;
  /** Tells a run in progress from a dead one; see process-identity.ts. */
  readonly process: { readonly pid: number; readonly start?: string };
}

/** Intent: written before the node's command is sent. */
export interface StartedRecord {
  readonly type: 'started';
  readonly node: string;
  readonly at: string;
}

/** Result. A node that was skipped has no intent before it. */
export interface EndedRecord {
  readonly type: 'ended';
  readonly node: string;
  readonly outcome: NodeOutcome;
  readonly durationMs: number;
  readonly bytes: { readonly stdout: number; readonly stderr: number };
}

/** Nodes per kind of end. `succeeded` are those that finished with exit code 0, `failed` all others. */
export interface RunCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Failed ones by kind: `{"finished": 2, "timed-out": 1}`. */
  readonly failedByKind: Readonly<Partial<Record<NodeOutcome['kind'], number>>>;
}

/** How a run ended, told by the caller. */
export interface RunEnd {
  readonly exitCode: number;
  /** Name without SIG of the signal that ended it early: `INT`. */
  readonly signal?: string;
}

/** Last record. A file without it was interrupted, or is still being written. */
export interface FinishedRecord extends RunEnd {
  readonly type: 'finished';
  readonly at: string;
  /** Monotonic clock, from the header's record on. */
  readonly durationMs: number;
  readonly counts: RunCounts;
}

export type RunFileRecord = HeaderRecord | StartedRecord | EndedRecord | FinishedRecord | RollingRecord;

/** A record as it is in the file: `n` counts from 1, so a line that was taken out or added is noticed. */
export type Numbered<Type> = Type & { readonly n: number };
