import type { ConnectPhase, NodeOutcome, NotStartedReason } from '../fanout/outcome.ts';

export interface ConnectFailureDetails {
  readonly hint?: string | undefined;
  readonly retryable?: boolean;
  readonly serverSaid?: string | undefined;
  /** The ways to log in that the server takes. */
  readonly serverAccepts?: readonly string[] | undefined;
}

/** Why no command could be started; becomes a `not-started` outcome. Nothing secret goes into it. */
export class ConnectFailure extends Error {
  override readonly name = 'ConnectFailure';
  readonly phase: ConnectPhase;
  readonly reason: NotStartedReason;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly serverSaid: string | undefined;
  readonly serverAccepts: readonly string[] | undefined;

  constructor(
    phase: ConnectPhase,
    reason: NotStartedReason,
    message: string,
    details: ConnectFailureDetails = {},
  ) {
    super(message);
    this.phase = phase;
    this.reason = reason;
    this.retryable = details.retryable ?? false;
    this.hint = details.hint;
    this.serverSaid = details.serverSaid;
    this.serverAccepts = details.serverAccepts;
  }

  get outcome(): NodeOutcome {
    return {
      kind: 'not-started',
      phase: this.phase,
      reason: this.reason,
      message: this.message,
      retryable: this.retryable,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.serverSaid === undefined ? {} : { serverSaid: this.serverSaid }),
    };
  }
}
