import type { RunFlags } from '../cli/run-flags.ts';
import { readClushConf } from '../config/clush-conf.ts';
import { createGroupResolver, type Groups } from '../groups/group-resolver.ts';
import type { RunJournal } from '../journal/open-journal.ts';
import { NodeSet } from '../nodeset/node-set.ts';
import type { RunPresenter } from '../output/run-presenter.ts';
import type { ChannelFailure, Terminal } from '../output/terminal.ts';
import type { SshExecutor } from '../ssh/executor.ts';
import { chooseNodes, type ChosenNodes } from './choose-nodes.ts';
import { foldIntoGroups } from './fold-into-groups.ts';
import { presenterOptions } from './presenter-options.ts';
import { openPrompter, type TerminalPrompter } from './prompter.ts';
import { readRunSettings, type RunSettings } from './run-settings.ts';
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
  /** The command line as typed, for the journal. */
  readonly argv: readonly string[];
  readonly terminal: Terminal;
  /** Folded node set: `node[1-3]`. */
  foldNames(nodes: readonly string[]): string;
  /** A new presenter for one run. */
  presenter(flags?: Partial<RunFlags>): Promise<RunPresenter>;
  /** Connections; in the shell kept open, with a user and a connect timeout that may differ from the settings'. */
  executor(options?: ExecutorChoice): Promise<SshExecutor>;
  journal(): Promise<RunJournal>;
  /** Undefined where nobody can answer. */
  prompter(): TerminalPrompter | undefined;
  /** `muster: TEXT` on stderr. */
  warn(text: string): void;
  /** Called when nothing can be written any more: the reader went away, the disk is full. */
  onOutputFailure(listener: (failure: ChannelFailure) => void): void;
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
    ...(flags.option === undefined ? {} : { overrides: flags.option }),
  });
  const settings = readRunSettings(flags, conf.settings, surroundings);
  const groups = createGroupResolver({
    env,
    home,
    cwd,
    ...(flags.groupsconf === undefined ? {} : { groupsConf: flags.groupsconf }),
    ...(flags.groupsource === undefined ? {} : { defaultSource: flags.groupsource }),
  });
  const chosen = await chooseNodes(flags, groups, cwd);

  let outputFailed: (failure: ChannelFailure) => void = () => {};
  const { openTerminal } = await import('../output/open-terminal.ts');
  const terminal = openTerminal({
    isTTY: (fd) => (fd === 1 ? surroundings.stdoutIsTTY : surroundings.stderrIsTTY),
    columns: () => process.stdout.columns ?? process.stderr.columns,
    term: env['TERM'],
    onFailure: (stream, failure) => {
      if (stream === 'stdout') outputFailed(failure);
    },
  });
  const foldNames = (nodes: readonly string[]) => NodeSet.of(nodes).toString();
  const warn = (text: string) => void terminal.stderr.write(`muster: ${text}\n`);
  let prompter: TerminalPrompter | undefined;
  const prompterOnce = () => (prompter ??= openPrompter((text) => void terminal.stderr.write(text)));
  for (const warning of [...conf.warnings, ...chosen.warnings]) warn(warning);

  return {
    surroundings,
    settings,
    chosen,
    groups,
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
    async executor({ keepOpen, user, connectTimeoutMs } = { keepOpen: false, ...settings }) {
      const { createSshExecutor } = await import('../ssh/executor.ts');
      return createSshExecutor({
        env,
        home,
        localUser: surroundings.user,
        options: settings.ssh.options,
        ...(settings.ssh.configFile === undefined ? {} : { configFile: settings.ssh.configFile }),
        ...(user === undefined ? {} : { user }),
        ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
        keepOpen,
        prompter: prompterOnce(),
        onNotice: (node, text) => warn(node === undefined ? text : `${node}: ${text}`),
      });
    },
    async journal() {
      const { openJournal } = await import('../journal/open-journal.ts');
      return openJournal({
        folder: surroundings.stateFolder,
        host: surroundings.host,
        onProblem: (problem) => warn(`not recorded any further: ${problem.message}`),
      });
    },
    prompter: prompterOnce,
    onOutputFailure(listener) {
      outputFailed = listener;
    },
  };
}
