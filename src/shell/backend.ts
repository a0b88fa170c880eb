import type { Executor } from '../fanout/executor.ts';
import type { FanoutObserver, NodeReport } from '../fanout/observer.ts';
import type { ShellSettings } from './settings.ts';

/** One command line for the nodes, with all a backend needs to run it. */
export interface ShellRun {
  /** In the order to run them; never empty. */
  readonly nodes: readonly string[];
  /** As typed, for the record and for messages. */
  readonly command: string;
  readonly settings: ShellSettings;
  /** To be added to the fan-out's observers: it answers Enter while the command runs. */
  readonly observer: FanoutObserver;
  /**
   * Puts the session's directory, umask and exported variables around the executor that is to run `command`.
   * Commands it need not touch pass through byte for byte.
   */
  keepState(executor: Executor): Executor;
}

/** Names to complete. A source that fails answers with nothing: Tab is no place for an error. */
export interface ShellCompletions {
  sources(): Promise<readonly string[]>;
  /** Group names without `@` and source; of the default source when none is named. */
  groups(source?: string): Promise<readonly string[]>;
  nodes(): Promise<readonly string[]>;
}

/** Gives the terminal away while `use` runs: the shell reads no key, and the terminal is in its normal mode. */
export type LendTerminal = <T>(use: () => Promise<T>) => Promise<T>;

/** All the interactive shell needs of the rest of the program. */
export interface ShellBackend {
  /** Names in the order written; throws a UserError for bad syntax, an unknown group, an empty result. */
  resolve(expression: string): Promise<readonly string[]>;
  fold(nodes: readonly string[]): string;
  /**
   * Runs, and presents what the nodes print and what became of each, according to the settings.
   * On abort it ends the remote commands, presents what came, and resolves with the reports.
   */
  run(request: ShellRun, signal: AbortSignal): Promise<readonly NodeReport[]>;
  /** `!command`: on this machine, without a terminal; output and exit code are presented, the code comes back. */
  runLocally(command: string, signal: AbortSignal): Promise<number>;
  readonly complete: ShellCompletions;
  /** Closes the connections kept to these nodes, so that the next command makes new ones. */
  reconnect?(nodes: readonly string[]): Promise<void>;
  /**
   * Called once, before the first prompt. Whoever asks the user something on the terminal while a command runs
   * (a passphrase, an unknown host key) must do it through `lend`, else the shell takes half of the keys.
   */
  terminalReady?(lend: LendTerminal): void;
}
