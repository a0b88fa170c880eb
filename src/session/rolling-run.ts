import type { RunFlags } from '../cli/run-flags.ts';
import { readPackageInfo } from '../cli/package-info.ts';
import { ExitCode, UserError } from '../errors.ts';
import type { Executor } from '../fanout/executor.ts';
import { createJobs } from '../jobs/create-jobs.ts';
import type { Jobs } from '../jobs/job.ts';
import type { RollingReplay } from '../journal/replay-rolling.ts';
import type { RollingRecorder } from '../journal/rolling-recorder.ts';
import type { PlannedLane, RollingRecord } from '../journal/rolling-records.ts';
import { standingEffects } from '../journal/standing-effects.ts';
import { createRollingPresenter, type RollingPresenter } from '../output/rolling-presenter.ts';
import { createLedger, type Ledger, type Verdict } from '../rolling/ledger.ts';
import { keepMembers } from '../patroni/kept-members.ts';
import { lanesOf, nodesOf, type RollingOptions, type RollingPlan } from '../rolling/plan.ts';
import { failedPart } from '../rolling/failed-part.ts';
import { runPlan } from '../rolling/run-plan.ts';
import type { RollingEnd } from '../rolling/run-progress.ts';
import type { StepTools } from '../rolling/run-step.ts';
import { takeBack, undoList } from '../rolling/take-back.ts';
import { dieAt } from './die-at.ts';
import { type HoldSignals, watchHoldSignals } from './hold-signals.ts';
import { leaveNow } from './leave.ts';
import type { RunSession } from './open-session.ts';
import { countsOf, endRolling, nodeStandings, sayTakenBack } from './rolling-end.ts';
import { lockNodes, type RollingLocks } from './rolling-locks.ts';
import { operatorOf } from './record.ts';

/** Some rolling work: what it is made from, and how that becomes steps. */
export interface RollingWork {
  /** What the journal and questions call it. */
  readonly title: string;
  /** Kept in the journal; what `kind` says makes the plan again on resume. Plain JSON, no secrets. */
  readonly spec: { readonly kind: string };
  readonly hash: string;
  plan(tools: RollingTools): Promise<RollingPlan> | RollingPlan;
  options(ask: (question: string) => Promise<boolean>): RollingOptions;
  /** Begins what goes on beside the steps, until this part of the run ends: a measurement. */
  beside?(tools: RollingTools, beside: BesideTools): Promise<Beside>;
  /** Takes away what it left when it was killed. Sentences say what could not be. */
  clear?(tools: RollingTools, signal: AbortSignal): Promise<readonly string[]>;
  /** Whether no resume leads on from this end: the facts are no longer those of the plan. */
  isOver?(end: RollingEnd): boolean;
  /** Said after the end, whatever it was: a measured interruption. */
  summary?(end: RollingEnd): string | undefined;
}

export interface BesideTools {
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

export interface Beside {
  /** Ends it; what it saw goes to the journal. */
  stop(): Promise<readonly RollingRecord[]>;
}

/** What steps act through. */
export interface RollingTools {
  readonly executor: Executor;
  readonly jobs: Jobs;
}

export interface RollingShow {
  readonly mode: 'text' | 'quiet' | 'json-lines' | 'json';
}

/** A part of a run that is gone on with. */
export interface RollingPast {
  readonly recorder: RollingRecorder;
  readonly rolling: RollingReplay;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Go on with the nodes that failed, and with nothing else. */
  readonly onlyFailed?: boolean;
}

/** Begins a rolling run, carries it out as far as it goes, shows and records it. Resolves with the exit status. */
export async function startRolling(
  session: RunSession,
  flags: RunFlags,
  work: RollingWork,
  show: RollingShow,
): Promise<number> {
  return withLockedPlan(session, work, async (parts) => {
    const { plan } = parts;
    const journal = await session.journal();
    const nodes = nodesOf(plan);
    const recorder = await journal.startRolling({
      musterVersion: readPackageInfo().version,
      operator: operatorOf(session.surroundings),
      cwd: session.surroundings.cwd,
      argv: session.argv,
      nodeSet: { written: session.chosen.written, folded: session.foldNames(nodes), nodes },
      command: work.title,
      settings: {},
    });
    await recorder.append({
      type: 'plan',
      hash: work.hash,
      spec: { ...work.spec, reach: reachOf(flags) },
      lanes: describePlan(plan),
    });
    return carryOut(session, { work, show, recorder, verdicts: new Map(), ...parts });
  });
}

/** Goes on with a run. The plan is made anew from its specification, its steps are those the journal names. */
export async function resumeRolling(
  session: RunSession,
  work: RollingWork,
  past: RollingPast,
  show: RollingShow,
): Promise<number> {
  return withLockedPlan(session, work, (parts) => carryOut(session, { work, show, ...past, ...parts }));
}

/** Takes back what an unfinished run left standing, and ends the run. Gives the exit status. */
export async function abortRolling(
  session: RunSession,
  work: RollingWork,
  past: RollingPast,
  show: RollingShow,
): Promise<number> {
  return withLockedPlan(session, work, (parts) => takeAllBack(session, { work, show, ...past, ...parts }));
}

async function takeAllBack(session: RunSession, carried: Carried): Promise<number> {
  const { plan, recorder, show } = carried;
  const { ledger, presenter, steps } = openCarried(session, carried);
  const list = undoList(plan, steps);
  const results = await takeBack(list, steps);
  for (const text of (await carried.work.clear?.(carried.tools, carried.signals.detach)) ?? [])
    presenter.say(`muster: ${text}`);
  await presenter.end();
  const failed = results.filter(({ result }) => result.kind !== 'done');
  const status = failed.length === 0 ? ExitCode.ok : ExitCode.stopped;
  if (failed.length === 0) {
    await recorder.finish({ exitCode: status, counts: countsOf(nodeStandings({ plan, ledger })) });
  } else {
    const reason = `${failed.length} of ${list.length} steps could not be taken back`;
    await recorder.append({ type: 'hold', at: new Date().toISOString(), exitCode: status, reason });
    await recorder.close();
  }
  const standings = nodeStandings({ plan, ledger });
  await sayTakenBack(session, show, { kind: carried.work.spec.kind, list, results, recorder, standings });
  return status;
}

interface Carried {
  readonly work: RollingWork;
  readonly plan: RollingPlan;
  readonly tools: RollingTools;
  readonly signals: HoldSignals;
  readonly locks: RollingLocks;
  readonly show: RollingShow;
  readonly recorder: RollingRecorder;
  readonly rolling?: RollingReplay;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly onlyFailed?: boolean;
}

async function carryOut(session: RunSession, carried: Carried): Promise<number> {
  const { work, plan, signals, show, recorder } = carried;
  const { ledger, presenter, steps } = openCarried(session, carried);
  const warn = (text: string) => presenter.say(`muster: ${text}`);
  const beside = await work.beside?.(carried.tools, { signal: signals.detach, warn });
  const end = await runPlan(
    carried.onlyFailed === true ? failedPart(plan, ledger) : plan,
    work.options((question) => askYes(session, question)),
    steps,
  );
  for (const record of (await beside?.stop()) ?? []) await recorder.append(record);
  await presenter.end();
  const standing = standingEffects(describePlan(plan), ledger);
  return endRolling(session, { end, work, plan, standing, ledger, recorder, show, signals });
}

function openCarried(
  session: RunSession,
  { plan, signals, locks, show, recorder, rolling, verdicts }: Carried,
) {
  const ledger = createLedger((record) => recorder.append(record), rolling);
  const presenter = openPresenter(session, plan, ledger, show);
  presenter.say(`run ${recorder.id}`);
  signals.sayThrough((text) => presenter.say(`muster: ${text}`));
  const steps: StepTools = {
    runId: recorder.id,
    ledger,
    observer: presenter,
    hold: signals.hold,
    detach: signals.detach,
    mayAct: (node) => locks.ensure(node),
    verdicts,
    boundary: dieAt(session.surroundings.env),
  };
  return { ledger, presenter, steps };
}

/** Connections, the plan made from them, and the locks of its nodes: for as long as `use` takes. */
async function withLockedPlan(
  session: RunSession,
  work: RollingWork,
  use: (parts: Pick<Carried, 'plan' | 'tools' | 'signals' | 'locks'>) => Promise<number>,
): Promise<number> {
  const signals = watchHoldSignals((text) => session.warn(text), leaveNow);
  session.onOutputFailure(() => signals.holdNow());
  const executor = keepMembers(await session.executor({ ...session.settings, keepOpen: true }));
  const tools = { executor, jobs: createJobs(executor) };
  try {
    const plan = await work.plan(tools);
    const locks = await lockNodes(session, executor, nodesOf(plan), work.title, signals);
    try {
      return await use({ plan, tools, signals, locks });
    } finally {
      await locks.release();
    }
  } finally {
    signals.release();
    await executor.close();
  }
}

function openPresenter(
  session: RunSession,
  plan: RollingPlan,
  ledger: Ledger,
  { mode }: RollingShow,
): RollingPresenter {
  const stages = lanesOf(plan).flatMap((lane) => lane.stages.map((_, stage) => ({ lane: lane.name, stage })));
  return createRollingPresenter({
    terminal: session.terminal,
    mode: mode === 'json' ? 'none' : mode,
    total: stages.length,
    done: stages.filter((stage) => ledger.stage(stage)?.state === 'done').length,
    height: process.stderr.rows ?? 24,
  });
}

async function askYes(session: RunSession, question: string): Promise<boolean> {
  const prompter = session.prompter();
  if (prompter === undefined) {
    throw new UserError(`nobody can be asked: ${question}`, {
      code: 'NOT_CONFIRMED',
      exitCode: ExitCode.refused,
      hint: 'There is no terminal; --confirm none asks nothing.',
    });
  }
  return /^y(es)?$/i.test((await prompter.ask(`${question} [y/N] `, { echo: true }))?.trim() ?? '');
}

/** The lanes of a plan as the journal and --dry-run show them. */
export function describePlan(plan: RollingPlan): PlannedLane[] {
  return plan.batches.flatMap((lanes, batch) =>
    lanes.map(({ name, stages }) => ({
      name,
      batch,
      stages: stages.map(({ node, steps }) => ({
        node,
        steps: steps.map(({ id, title, undo, ends }) => ({
          id,
          title,
          ...(undo?.stands === undefined ? {} : { stands: undo.stands }),
          ...(undo?.untilDone === undefined ? {} : { untilDone: undo.untilDone }),
          ...(ends === undefined ? {} : { ends }),
        })),
      })),
    })),
  );
}

/** The options by which nodes are reached: a resume, also from another folder or in a year, reaches them the same way. */
export type Reach = Pick<
  RunFlags,
  'user' | 'connect-timeout' | 'options' | 'ssh-config' | 'option' | 'conf' | 'groupsource' | 'groupsconf'
>;

function reachOf(flags: RunFlags): Partial<Reach> {
  const reach: Record<string, unknown> = {};
  for (const name of ['user', 'connect-timeout', 'options', 'ssh-config', 'option', 'conf'] as const) {
    if (flags[name] !== undefined) reach[name] = flags[name];
  }
  return reach;
}
