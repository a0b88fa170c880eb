/**
 * Exit statuses of every command; the table for users is docs/scripting.md.
 * With `run -S` the largest remote exit code takes the place of `nodesFailed`.
 */
export const ExitCode = {
  ok: 0,
  nodesFailed: 1,
  usage: 2,
  refused: 3,
  stopped: 4,
  unknownState: 5,
  locked: 7,
  bug: 70,
  interrupted: 130,
} as const;

/** What a user error may carry besides its message. */
export interface UserErrorDetails {
  /** Stable and documented, upper case: `UNKNOWN_GROUP`. Appears in `--json`. */
  readonly code?: string;
  /** What to do next, one sentence. */
  readonly hint?: string;
  /** Default: `ExitCode.usage`. */
  readonly exitCode?: number;
  readonly cause?: unknown;
}

/**
 * Something the user can mend: shown as one message and a hint, never with a stack.
 * Subclasses live beside the code that throws them. Any other error is a bug in muster.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(message: string, details: UserErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code ?? 'USAGE';
    this.hint = details.hint;
    this.exitCode = details.exitCode ?? ExitCode.usage;
  }
}
