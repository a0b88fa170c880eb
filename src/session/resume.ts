import type { ResumeFlags } from '../cli/resume-flags.ts';
import { readPackageInfo } from '../cli/package-info.ts';
import { UserError } from '../errors.ts';
import type { RunJournal } from '../journal/open-journal.ts';
import { openJournal } from '../journal/open-journal.ts';
import { requireResumable } from '../journal/resumable.ts';
import type { Verdict } from '../rolling/ledger.ts';
import { readDuration } from '../rolling/read-duration.ts';
import type { UpgradeSpec } from '../upgrade/upgrade-spec.ts';
import { asRun, type ReachFlags } from './as-run.ts';
import { openRunSession } from './open-session.ts';
import { operatorOf } from './record.ts';
import { abortRolling, resumeRolling } from './rolling-run.ts';
import { readSurroundings } from './surroundings.ts';
import { workOf } from './work-of.ts';

export interface ResumeHow {
  /** Only runs of this kind, when no id is given: `upgrade`. */
  readonly kind?: string;
  readonly how?: 'resume' | 'abort';
  /** This time other patience with sessions than the run began with. */
  readonly drain?: { readonly force: boolean; readonly timeout: string | undefined };
}

/**
 * `muster runs resume [ID]`: goes on with a rolling run from what its journal and its nodes say; `abort`: takes back what
 * it left. Gives the exit status.
 */
export async function resumeRun(
  id: string | undefined,
  flags: ResumeFlags,
  argv: readonly string[],
  { kind, how = 'resume', drain }: ResumeHow = {},
): Promise<number> {
  const surroundings = readSurroundings();
  const { stateFolder: folder, host } = surroundings;
  const journal = openJournal({ folder, host, onProblem: () => {} });
  const found = id ?? (await lastUnfinished(journal, kind));
  const { rolling, header } = requireResumable(await journal.show(found));
  const spec = rolling.plan.spec as { kind: string; reach?: Partial<ReachFlags> };
  const work = await workOf(withDrain(spec, drain), rolling.plan.hash);
  const verdicts = readVerdicts(flags);
  const reach: ReachFlags = {
    ...noReach,
    ...spec.reach,
    nodes: [...header.nodeSet.nodes],
    ...(flags['ssh-config'] === undefined ? {} : { 'ssh-config': flags['ssh-config'] }),
  };
  const session = await openRunSession(asRun(reach), argv);
  const { recorder, run } = await journal.resumeRolling(found, {
    musterVersion: readPackageInfo().version,
    operator: operatorOf(surroundings),
  });
  if (run.problem?.includes('torn') === true) session.warn(`${run.problem}; the line is dropped`);
  const goOn = how === 'abort' ? abortRolling : resumeRolling;
  return goOn(
    session,
    work,
    { recorder, rolling: run.rolling, verdicts, onlyFailed: flags.only === 'failed' },
    { mode: flags.json ? 'json' : flags['json-lines'] ? 'json-lines' : flags.quiet ? 'quiet' : 'text' },
  );
}

/** Settings of an upgrade that change no step, only how long one waits and whether it insists. */
function withDrain<T extends { readonly kind: string }>(spec: T, drain: ResumeHow['drain']): T {
  if (drain === undefined || spec.kind !== 'upgrade') return spec;
  const { settings } = spec as unknown as UpgradeSpec;
  const { force, timeout } = drain;
  return {
    ...spec,
    settings: {
      ...settings,
      forceDrain: settings.forceDrain || force,
      drainMs: timeout === undefined ? settings.drainMs : readDuration('--drain-timeout', timeout),
    },
  };
}

/** The newest rolling run that is held or was interrupted. */
export async function lastUnfinished(journal: RunJournal, kind?: string): Promise<string> {
  for (const { id, state, header } of await journal.list()) {
    if (header?.kind !== 'rolling' || (state !== 'held' && state !== 'interrupted')) continue;
    if (kind === undefined) return id;
    const run = await journal.show(id);
    if ((run.rolling?.plan.spec as { kind?: string } | undefined)?.kind === kind) return id;
  }
  throw new UserError('no rolling run waits to be resumed', {
    code: 'UNKNOWN_RUN',
    hint: 'muster runs list shows all runs.',
  });
}

/** @throws UserError when a step is said to be both */
function readVerdicts(flags: ResumeFlags): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const name of flags['take-as-done'] ?? []) verdicts.set(name, 'take-as-done');
  for (const name of flags['run-again'] ?? []) {
    if (verdicts.has(name)) throw new UserError(`${name}: either --run-again or --take-as-done`);
    verdicts.set(name, 'run-again');
  }
  return verdicts;
}

/** Nothing said about nodes and how to reach them. */
export const noReach: ReachFlags = {
  json: undefined,
  nodes: undefined,
  exclude: undefined,
  group: undefined,
  'exclude-group': undefined,
  all: false,
  hostfile: undefined,
  pick: undefined,
  'allow-empty': false,
  groupsource: undefined,
  groupsconf: undefined,
  fanout: undefined,
  user: undefined,
  transport: undefined,
  'connect-timeout': undefined,
  'command-timeout': undefined,
  options: undefined,
  'ssh-config': undefined,
  worker: undefined,
  topology: undefined,
  remote: undefined,
  grooming: undefined,
  engine: undefined,
  option: undefined,
  conf: undefined,
};
