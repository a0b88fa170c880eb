import { ExitCode, UserError } from '../errors.ts';

/** An error as text for stderr and as the status to exit with. */
export interface ErrorReport {
  readonly text: string;
  readonly exitCode: number;
  /** The body of the `--json` error document. */
  readonly json: { readonly code: string; readonly message: string; readonly hint?: string };
}

/**
 * The only place that tells a user's mistake from a bug.
 * A mistake is one message and a hint; a bug keeps its stack and asks to be reported.
 */
export function reportError(error: unknown, version: string): ErrorReport {
  if (error instanceof UserError) {
    const hint = error.hint === undefined ? '' : `${error.hint}\n`;
    return {
      text: `muster: ${error.message}\n${hint}`,
      exitCode: error.exitCode,
      json: {
        code: error.code,
        message: error.message,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      },
    };
  }
  const usage = oclifUsageMessage(error);
  if (usage !== undefined) {
    return {
      text: `muster: ${usage}\n`,
      exitCode: ExitCode.usage,
      json: { code: 'USAGE', message: usage },
    };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `muster: this is a bug in muster ${version} (Node.js ${process.version}). Please report it with these lines:\n${stack}\n`,
    exitCode: ExitCode.bug,
    json: { code: 'BUG', message: error instanceof Error ? error.message : String(error) },
  };
}

/** oclif marks what it finds wrong on a command line with `oclif.exit` 2; its last line points at --help. */
function oclifUsageMessage(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('oclif' in error)) return undefined;
  return error.message.replace(/\nSee more help with --help$/, '');
}
