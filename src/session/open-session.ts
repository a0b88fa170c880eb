import type { Duplex } from 'node:stream';
import type { Executor } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import type { RunFlags } from '../cli/run-flags.ts';
import { readClushConf } from '../config/clush-conf.ts';
import { readDefaults } from '../config/defaults-conf.ts';
import { createGroupResolver, type Groups } from '../groups/group-resolver.ts';
import { createRedactor } from '../journal/redact.ts';
import type { RunJournal } from '../journal/open-journal.ts';
import { foldNodeSet } from '../nodeset/fold.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import type { ShownCopy } from '../output/copy-presenter.ts';
import type { RunPresenter } from '../output/run-presenter.ts';
import type { ChannelFailure, Terminal } from '../output/terminal.ts';
import type { ConnectionSettings } from '../ssh/settings.ts';
import type { TransportChoice } from '../ssh/transport.ts';
import { checkConnections } from './check-connections.ts';
import { chooseNodes, type ChosenNodes } from './choose-nodes.ts';
import { chooseWorker } from './choose-worker.ts';
import { connectionText } from './describe-connection.ts';
import { descriptorBudget } from './descriptor-budget.ts';
import { createEscalate, type Escalate } from './escalation.ts';
import { foldIntoGroups } from './fold-into-groups.ts';
import { presenterOptions } from './presenter-options.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { withStatusLine } from '../output/status-line.ts';
import { type LendTerminal, openPrompter, type TerminalPrompter } from './prompter.ts';
import { findFailedRun, type FailedRun } from './retry-failed.ts';
import { gateways, loggingIn, readRoutes } from './read-routes.ts';
import { readRunSettings, type RunSettings } from './run-settings.ts';
import { storeAddress } from './store-address.ts';
import { readSurroundings, type Surroundings } from './surroundings.ts';

/**
 * All that one command line of `run` stands for: nodes chosen, settings read, and the parts that run, show and record,
 * each made when first asked for.
 */
export interface RunSession {
  readonly surroundings: Surroundings;
  readonly settings: RunSettings;
  readonly chosen: ChosenNodes;
  readonly groups: Groups;
  /** With --retry-failed: the run it goes on with. */
  readonly retried: FailedRun | undefined;
  /** The command line as typed, for the journal. */
  readonly argv: readonly string[];
  readonly terminal: Terminal;
  /** Folded node set: `node[1-3]`. */
  readonly foldNames: (nodes: readonly string[]) => string;
  /** A new presenter for one run. */
  presenter(flags?: Partial<RunFlags>): Promise<RunPresenter>;
  /** A presenter for one copy. */
  copyPresenter(shown: ShownCopy): Promise<RunPresenter>;
  /** Connections; in the shell kept open, with a user and a connect timeout that may differ from the settings'. */
  executor(options?: ExecutorChoice): Promise<RunExecutor>;
  /** With a run mode's prefix (sudo) before each command. */
  readonly escalate: Escalate;
  /** With the exec worker: replaces %h and its like. Goes around everything else that changes a command. */
  withPatterns(executor: Executor, nodes: readonly string[]): Promise<Executor>;
  /** Address of the team store; undefined when there is none. */
  readonly store: string | undefined;
  journal(): Promise<RunJournal>;
  /** Undefined where nobody can answer. */
  prompter(): TerminalPrompter | undefined;
  /** From now on questions are asked through `lend`: the shell reads the same terminal. */
  askThrough(lend: LendTerminal): void;
  /** `muster: TEXT` on stderr. */
  warn(text: string): void;
  /** Called when nothing can be written any more: the reader went away, the disk is full. */
  onOutputFailure(listener: (failure: ChannelFailure) => void): void;
}

export interface RunExecutor extends Executor {
  /** How a node would be reached; absent where no connection is made. */
  describe?(node: string): Promise<ConnectionSettings>;
  /** By which transport, and why; absent where no connection is made. */
  transportOf?(node: string): Promise<TransportChoice>;
  /** A connection to a Unix socket on the node, as the user who logs in; absent where no connection is made. */
  openSocket?(node: string, path: string, signal: AbortSignal): Promise<Duplex>;
  /** See SshExecutor; absent where no connection is made. */
  openSubsystem?(node: string, name: string, signal: AbortSignal): Promise<Duplex | NodeOutcome>;
  /** Closes the connections kept to these nodes. */
  disconnect?(nodes: readonly string[]): Promise<void>;
}

export interface ExecutorChoice {
  readonly keepOpen: boolean;
  readonly user: string | undefined;
  readonly connectTimeoutMs: number | undefined;
}

/** @throws UserError for anything wrong on the command line or in a file it names; nothing has been contacted then */
export async function openRunSession(flags: RunFlags, argv: readonly string[]): Promise<RunSession> {
  const surroundings = readSurroundings();
  const { env, home, cwd } = surroundings;
  const conf = readClushConf({
    env,
    home,
    cwd,
    ...(flags.conf === undefined ? {} : { conf: flags.conf }),
    ...(flags.mode === undefined ? {} : { mode: flags.mode }),
    ...(flags.option === undefined ? {} : { overrides: flags.option }),
  });
  const { foldAxes, warnings: defaultsWarnings, ...defaults } = readDefaults({ env, home });
  const wanted = readRunSettings(flags, { ...defaults, ...conf.settings }, surroundings);
  const budget = descriptorBudget(flags);
  const settings = { ...wanted, fanout: Math.min(wanted.fanout, budget.nodes) };
  const groups = createGroupResolver({
    env,
    home,
    cwd,
    ...(flags.groupsconf === undefined ? {} : { groupsConf: flags.groupsconf }),
    ...(flags.groupsource === undefined ? {} : { defaultSource: flags.groupsource }),
  });

  const store = storeAddress(env, conf.settings.store);
  let outputFailed: (failure: ChannelFailure) => void = () => {};
  const own = openOwnTerminal(surroundings, (failure) => {
    if (failure.kind === 'error') warn(`cannot write standard output: ${failure.message}`);
    outputFailed(failure);
  });
  // questions, warnings and the line of progress share one terminal
  const terminal = withStatusLine(own);
  const warn = (text: string) => void terminal.stderr.write(`muster: ${text}\n`);
  const redactor = createRedactor();
  const openOwnJournal = async (): Promise<RunJournal> => {
    const { openJournal } = await import('../journal/open-journal.ts');
    const journal = openJournal({
      folder: surroundings.stateFolder,
      host: surroundings.host,
      redactor,
      onProblem: (problem) => warn(`not recorded any further: ${problem.message}`),
    });
    if (store === undefined) return journal;
    const { withTeamStore } = await import('./team-store.ts');
    return withTeamStore(journal, store, surroundings, warn);
  };
  const retried = flags['retry-failed'] ? await findFailedRun(await openOwnJournal()) : undefined;
  const chosen = await chooseNodes(flags, groups, cwd, retried?.nodes);
  // clush leaves its tree mode for any worker that is named.
  const ways =
    flags.worker === undefined || flags.topology !== undefined
      ? await readRoutes(flags.topology, surroundings, groups)
      : undefined;
  const worker = chooseWorker(flags, ways !== undefined);
  const axes = flags.axis ?? foldAxes;
  const foldNames = (nodes: readonly string[]) => foldNodeSet(NodeSet.of(nodes), { axes });
  let prompter: TerminalPrompter | undefined;
  let lend: LendTerminal = (use) => use();
  const prompterOnce = () =>
    (prompter ??= openPrompter(
      (text) => void terminal.stderr.write(text),
      (use) => terminal.status.aside(() => lend(use)),
    ));
  for (const warning of [...defaultsWarnings, ...conf.warnings, ...groups.warnings(), ...chosen.warnings])
    warn(warning);
  if (settings.fanout < Math.min(wanted.fanout, chosen.nodes.length)) {
    warn(`at most ${settings.fanout} nodes at once: this process may open ${budget.limit} files (ulimit -n)`);
  }

  return {
    surroundings,
    settings,
    chosen,
    groups,
    retried,
    argv,
    terminal,
    foldNames,
    warn,
    async presenter(changed = {}) {
      const { createRunPresenter } = await import('../output/create-run-presenter.ts');
      const shown = { ...flags, ...changed };
      const foldNodes = shown.regroup ? foldIntoGroups(groups, shown) : foldNames;
      return createRunPresenter(
        presenterOptions(shown, settings, { surroundings, terminal, foldNodes }),
        terminal,
      );
    },
    async copyPresenter(shown) {
      const { createCopyPresenter } = await import('../output/copy-presenter.ts');
      const foldNodes = flags.regroup ? foldIntoGroups(groups, flags) : foldNames;
      return createCopyPresenter(
        presenterOptions(flags, settings, { surroundings, terminal, foldNodes }),
        terminal,
        shown,
      );
    },
    async executor({ keepOpen, user, connectTimeoutMs } = { keepOpen: false, ...settings }) {
      if (worker === 'exec') {
        const { createLocalExecutor } = await import('../local/local-executor.ts');
        return createLocalExecutor();
      }
      const { createSshExecutor } = await import('../ssh/executor.ts');
      const executor = createSshExecutor({
        env,
        home,
        localUser: surroundings.user,
        options: settings.ssh.options,
        transport: settings.transport,
        temporaryFolder: surroundings.temporaryFolder,
        ...(settings.ssh.configFile === undefined ? {} : { configFile: settings.ssh.configFile }),
        ...(user === undefined ? {} : { user }),
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
        keepOpen,
        maxKept: budget.nodes,
        ...(ways === undefined ? {} : { waysTo: loggingIn(ways, user) }),
        prompter: prompterOnce(),
        onNotice: (node, text) => warn(node === undefined ? text : `${node}: ${text}`),
      });
      await checkConnections(chosen.nodes, (node) => executor.describe(node));
      if (settings.verbosity > 2) {
        for (const node of chosen.nodes) warn(`${node}: ${connectionText(await executor.describe(node))}`);
      }
      return executor;
    },
    escalate: createEscalate(settings.escalation, {
      // looked for when it is needed: most runs need nobody
      ask: async (question) => prompterOnce()?.ask(question, { echo: false }),
      keepSecret: (secret) => redactor.register(secret),
      connectMs: settings.connectTimeoutMs,
    }),
    async withPatterns(executor, nodes) {
      if (worker === 'ssh') return executor;
      const { withPatterns } = await import('../local/local-executor.ts');
      const { onGateways } = await import('../local/gateway-executor.ts');
      const where = worker === 'gateway' ? onGateways(executor, gateways(ways!, nodes)) : executor;
      return withPatterns(where, { nodes, foldNodes: foldNames });
    },
    store,
    journal: openOwnJournal,
    prompter: prompterOnce,
    askThrough(lender) {
      lend = lender;
    },
    onOutputFailure(listener) {
      outputFailed = listener;
    },
  };
}
