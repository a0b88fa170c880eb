import { UserError } from '../errors.ts';
import type { NodeReport } from '../fanout/observer.ts';
import type { ShellBackend } from './backend.ts';
import { commonDirectory, describeNotices, describeStates } from './describe-state.ts';
import { helpLines } from './help.ts';
import { chooseRetry, describeOutcome } from './last-results.ts';
import { parseLine } from './line.ts';
import type { ActionName, ShellLine } from './line.ts';
import { select } from './node-selection.ts';
import { createProgress, progressLines } from './progress.ts';
import type { Progress } from './progress.ts';
import { createSessionState } from './session-state.ts';
import { changeSetting, findSetting, showSettings } from './settings.ts';
import type { ShellSettings } from './settings.ts';

export interface SessionOptions {
  readonly backend: ShellBackend;
  /** Never empty, in the order written. */
  readonly nodes: readonly string[];
  readonly settings: ShellSettings;
  readonly print: (line: string) => void;
}

/** One interactive session without its terminal: lines in, lines out. */
export interface Session {
  prompt(): string;
  workingWith(): string;
  /** Carries out one line. Rejects for bugs only: what a user can do wrong is printed. */
  execute(line: string, signal: AbortSignal): Promise<'stay' | 'leave'>;
  /** What is in progress and what is pending, when a command runs. */
  progressLines(): readonly string[];
  /** Of the last command; empty before the first. */
  lastReports(): readonly NodeReport[];
}

export function createSession(options: SessionOptions): Session {
  const { backend, print } = options;
  const state = createSessionState();
  let nodes = options.nodes;
  let settings = options.settings;
  let running: Progress | undefined;
  let last: { readonly command: string; readonly reports: readonly NodeReport[] } | undefined;
  /** Each node's last report, also from earlier commands. */
  const results = new Map<string, NodeReport>();

  const fold = (names: readonly string[]): string => backend.fold(names);
  const workingWith = (): string => `Working with nodes: ${fold(nodes)}`;
  const complain = (message: string, hint?: string): void => {
    print(`muster: ${message}`);
    if (hint !== undefined) print(hint);
  };
  const notReached = (): string[] =>
    nodes.filter((node) => results.get(node)?.outcome.kind === 'not-started');

  async function run(command: string, on: readonly string[], signal: AbortSignal): Promise<void> {
    const progress = createProgress(on);
    const reachedBefore = notReached().join();
    running = progress;
    let reports: readonly NodeReport[];
    try {
      reports = await backend.run(
        {
          nodes: on,
          command,
          settings,
          observer: progress.observer,
          keepState: (executor) => state.around(executor),
        },
        signal,
      );
    } finally {
      running = undefined;
    }
    last = { command, reports };
    for (const report of reports) results.set(report.node, report);
    for (const line of describeNotices(state.takeNotices(), fold)) print(line);
    const missing = notReached();
    if (missing.length > 0 && missing.join() !== reachedBefore) {
      const rest = missing.length < nodes.length ? ', :drop works without them' : '';
      complain(`not reached (${missing.length}): ${fold(missing)}. :retry tries again${rest}.`);
    }
  }

  async function changeNodes(line: ShellLine & { kind: 'nodes' }, signal: AbortSignal): Promise<void> {
    const named = await unlessAborted(backend.resolve(line.expression), signal);
    if (named === undefined) return;
    const selection = select(nodes, line.change, named);
    if (!selection.ok) return complain(selection.message, selection.hint);
    if (selection.note !== undefined) print(`muster: ${selection.note}: ${line.expression}`);
    nodes = selection.nodes;
    print(workingWith());
  }

  async function retry(argument: string, signal: AbortSignal): Promise<void> {
    if (last === undefined) return complain('there is no command to run again');
    if (argument !== '' && argument !== 'all')
      return complain(`:retry takes nothing, or all, not "${argument}"`);
    const { again, inDoubt } = chooseRetry(last.reports, nodes);
    const chosen = argument === 'all' ? inRunOrder(last.reports, [...again, ...inDoubt]) : again;
    if (argument !== 'all' && inDoubt.length > 0) {
      complain(
        `left out (${inDoubt.length}): ${fold(inDoubt)}, where it may still be running`,
        'Once you know it is not: :retry all',
      );
    }
    if (chosen.length === 0) return inDoubt.length > 0 ? undefined : complain('no node failed');
    print(`Again on ${fold(chosen)}: ${last.command}`);
    return run(last.command, chosen, signal);
  }

  function drop(): void {
    const missing = notReached();
    if (missing.length === 0) return complain('every node was reached, or none was tried yet');
    const selection = select(nodes, 'remove', missing);
    if (!selection.ok) return complain(selection.message, selection.hint);
    nodes = selection.nodes;
    print(workingWith());
  }

  function show(): void {
    print(workingWith());
    const missing = notReached();
    if (missing.length > 0) print(`Not reached (${missing.length}): ${fold(missing)}`);
    const directory = commonDirectory(nodes, state);
    if (directory !== undefined) print(`Directory: ${directory}`);
    else if (nodes.some((node) => state.of(node)?.directory !== undefined)) {
      for (const line of describeStates(nodes, state, fold)) print(`  ${line}`);
    }
  }

  function listNodes(): void {
    const width = Math.max(...nodes.map((node) => node.length));
    for (const node of nodes) {
      const report = results.get(node);
      print(report === undefined ? node : `${node.padEnd(width)}  ${describeOutcome(report.outcome)}`);
    }
  }

  async function act(name: ActionName, argument: string, signal: AbortSignal): Promise<void> {
    if (argument !== '' && name !== 'retry') return complain(`:${name} takes no argument`);
    switch (name) {
      case 'drop':
        return drop();
      case 'forget':
        state.forget(nodes);
        return print('Every node starts from its home directory and its own variables again');
      case 'help':
        return helpLines.forEach((line) => print(line));
      case 'nodes':
        return listNodes();
      case 'reconnect':
        await backend.reconnect?.(nodes);
        return print('The next command makes new connections');
      case 'retry':
        return retry(argument, signal);
      case 'set':
        return showSettings(settings).forEach((line) => print(line));
      case 'state':
        return describeStates(nodes, state, fold).forEach((line) => print(line));
    }
  }

  function change(word: string, argument: string): void {
    const spec = findSetting(word);
    if (spec === undefined) return;
    const changed = changeSetting(settings, spec, argument);
    if (!changed.ok) return complain(changed.message);
    const anotherUser = changed.settings.user !== settings.user;
    settings = changed.settings;
    print(changed.says);
    // Another user's home, rights and login shell; and what one exported is not for the other.
    if (anotherUser) {
      state.forget();
      print('Directory and variables start afresh for this user');
    }
  }

  async function carryOut(line: ShellLine, signal: AbortSignal): Promise<void> {
    switch (line.kind) {
      case 'mistake':
        return complain(line.message, line.hint);
      case 'show':
        return show();
      case 'nodes':
        return changeNodes(line, signal);
      case 'setting':
        return change(line.spec.name, line.argument);
      case 'action':
        return act(line.name, line.argument, signal);
      case 'toggle-gather':
        settings = { ...settings, gather: !settings.gather, mergeStderr: false, diff: false };
        return print(`Switching to ${settings.gather ? 'gathered' : 'standard'} output format`);
      case 'local':
        await backend.runLocally(line.command, signal);
        return undefined;
      case 'run':
        return run(line.command, nodes, signal);
      case 'empty':
      case 'quit':
        return undefined;
    }
  }

  return {
    workingWith,
    prompt() {
      const directory = commonDirectory(nodes, state);
      return directory === undefined ? 'muster> ' : `muster ${directory}> `;
    },
    async execute(text, signal) {
      const line = parseLine(text);
      if (line.kind === 'quit') return 'leave';
      try {
        await carryOut(line, signal);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        complain(error.message, error.hint);
      }
      return 'stay';
    },
    progressLines: () => (running === undefined ? [] : progressLines(running, fold)),
    lastReports: () => last?.reports ?? [],
  };
}

function inRunOrder(reports: readonly NodeReport[], chosen: readonly string[]): string[] {
  const wanted = new Set(chosen);
  return reports.map(({ node }) => node).filter((node) => wanted.has(node));
}

/** Undefined when the user has stopped waiting for it. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    promise.then(resolve, reject);
  });
}
