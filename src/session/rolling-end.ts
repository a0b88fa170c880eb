import { ExitCode } from '../errors.ts';
import type { RollingRecorder } from '../journal/rolling-recorder.ts';
import { isCurrent } from '../journal/replay-rolling.ts';
import type { RunCounts } from '../journal/records.ts';
import type { StandingEffect } from '../journal/standing-effects.ts';
import { makeVisibleLine } from '../output/printable.ts';
import type { Ledger } from '../rolling/ledger.ts';
import { lanesOf, nodesOf, type RollingPlan } from '../rolling/plan.ts';
import type { RollingEnd } from '../rolling/run-progress.ts';
import type { StepResult } from '../rolling/step.ts';
import type { Undoing } from '../rolling/take-back.ts';
import { commandsOf } from './commands-of.ts';
import type { HoldSignals } from './hold-signals.ts';
import type { RunSession } from './open-session.ts';
import { standingLines, takeBackWord } from './standing-lines.ts';
import type { RollingShow, RollingWork } from './rolling-run.ts';

export interface EndedRun {
  readonly end: RollingEnd;
  readonly work: RollingWork;
  readonly plan: RollingPlan;
  /** What it left on nodes that are not done. */
  readonly standing: readonly StandingEffect[];
  readonly ledger: Ledger;
  readonly recorder: RollingRecorder;
  readonly show: RollingShow;
  readonly signals: HoldSignals;
}

export type NodeStanding = 'done' | 'failed' | 'unknown' | 'left running' | 'begun' | 'not begun';

/** Records how the run ended, says the state of every node and the one command that goes on. Gives the exit status. */
export async function endRolling(session: RunSession, run: EndedRun): Promise<number> {
  const { end, recorder, show, work } = run;
  const standings = nodeStandings(run);
  const status = run.signals.leftWith() ?? statusOf(end, standings);
  try {
    if ((end.kind === 'done' && isWhole(standings)) || status === ExitCode.refused) {
      await recorder.finish({ exitCode: status, counts: countsOf(standings) });
    } else {
      await recorder.append({
        type: 'hold',
        at: new Date().toISOString(),
        exitCode: status,
        reason: end.reason ?? 'held',
      });
      await recorder.close();
    }
  } catch (error) {
    session.warn(`the journal does not know the end of the run: ${(error as Error).message}`);
  }
  const summary = work.summary?.(end);
  if (show.mode === 'json') {
    const nodes = Object.fromEntries(standings);
    const document = {
      run: recorder.id,
      hash: work.hash,
      state: end.kind,
      reason: end.reason ?? null,
      nodes,
      summary: summary ?? null,
      exitCode: status,
    };
    await session.terminal.stdout.write(`${JSON.stringify(document)}\n`);
  } else if (show.mode !== 'json-lines') {
    await session.terminal.stdout.write(textOf(session, run, status, standings, summary));
  }
  await session.terminal.stdout.flush();
  return status;
}

/** Nothing is left that a resume could begin: what failed was allowed to. */
function isWhole(standings: ReadonlyMap<string, NodeStanding>): boolean {
  return [...standings.values()].every((standing) => standing === 'done' || standing === 'failed');
}

function statusOf(end: RollingEnd, standings: ReadonlyMap<string, NodeStanding>): number {
  switch (end.kind) {
    case 'done':
      if (!isWhole(standings)) return ExitCode.stopped;
      return end.failed.length === 0 ? ExitCode.ok : ExitCode.nodesFailed;
    case 'unknown':
      return ExitCode.unknownState;
    default:
      // One stopped by something else, while of another nobody knows what an earlier part did to it.
      if ([...standings.values()].includes('unknown')) return ExitCode.unknownState;
      return end.changed ? ExitCode.stopped : ExitCode.refused;
  }
}

export function nodeStandings({
  plan,
  ledger,
}: Pick<EndedRun, 'plan' | 'ledger'>): Map<string, NodeStanding> {
  const standings = new Map<string, NodeStanding>();
  for (const node of nodesOf(plan)) standings.set(node, standingOf(node, plan, ledger));
  return standings;
}

function standingOf(node: string, plan: RollingPlan, ledger: Ledger): NodeStanding {
  const states: (string | undefined)[] = [];
  let begun = false;
  let left = false;
  for (const lane of lanesOf(plan)) {
    for (const [stage, { node: of, steps }] of lane.stages.entries()) {
      if (of !== node) continue;
      const known = steps.map(({ id }) => ledger.step({ lane: lane.name, node, step: id }));
      const inDoubt = known.some((step) => {
        const state = step?.state;
        if (state !== undefined && state !== 'satisfied') begun = true;
        // Without a word on its end: left behind by the second Ctrl-C, it goes on by itself.
        if (state === 'in-doubt') left = true;
        return state === 'unknown';
      });
      const record = ledger.stage({ lane: lane.name, stage });
      states.push(inDoubt ? 'unknown' : isCurrent(record, known) ? record?.state : undefined);
    }
  }
  if (states.includes('unknown')) return 'unknown';
  if (left) return 'left running';
  if (states.includes('failed')) return 'failed';
  if (states.every((state) => state === 'done')) return 'done';
  return begun ? 'begun' : 'not begun';
}

export function countsOf(standings: ReadonlyMap<string, NodeStanding>): RunCounts {
  const succeeded = [...standings.values()].filter((standing) => standing === 'done').length;
  return { succeeded, failed: standings.size - succeeded, failedByKind: {} };
}

function textOf(
  session: RunSession,
  { end, recorder, ledger, work, standing }: EndedRun,
  status: number,
  standings: ReadonlyMap<string, NodeStanding>,
  summary: string | undefined,
): string {
  const lines: string[] = [];
  const goOn = `To go on: muster ${commandsOf(work.spec.kind)} resume ${recorder.id}`;
  const groups = Map.groupBy(standings, ([, standing]) => standing);
  for (const standing of ['done', 'begun', 'failed', 'unknown', 'left running', 'not begun'] as const) {
    const nodes = groups.get(standing)?.map(([node]) => node);
    if (nodes !== undefined)
      lines.push(`${standing.padEnd(12)}  ${session.foldNames(nodes)} (${nodes.length})`);
  }
  if (summary !== undefined) lines.push(summary);
  if (end.kind === 'done' && status === ExitCode.stopped) {
    lines.push(`held: the rest was not asked for\n${goOn}`);
  } else if (end.kind !== 'done') {
    const how = status === ExitCode.refused ? 'refused, nothing was changed' : 'stopped';
    lines.push(`${how}: ${end.reason ?? 'asked to hold'}`);
    if (end.hint !== undefined) lines.push(end.hint);
    lines.push(...standingLines(standing));
    const isOver = work.isOver?.(end) === true;
    if (status !== ExitCode.refused && !isOver) lines.push(goOn);
    if (standing.length > 0 || isOver) {
      const why = isOver ? 'To end the run' : takeBackWord;
      lines.push(`${why}: muster ${commandsOf(work.spec.kind)} abort ${recorder.id}`);
    }
  } else if (end.reason !== undefined) lines.push(end.reason);
  if (!ledger.hasEffects() && end.kind === 'done') lines.push('nothing was to be done');
  return `\n${lines.map(makeVisibleLine).join('\n')}\n`;
}

/** What an abort did. */
export async function sayTakenBack(
  session: RunSession,
  show: RollingShow,
  {
    kind,
    list,
    results,
    recorder,
    standings,
  }: {
    /** Of the work: names the command that tries again. */
    readonly kind: string;
    readonly list: readonly Undoing[];
    readonly results: readonly { readonly undoing: Undoing; readonly result: StepResult }[];
    readonly recorder: RollingRecorder;
    readonly standings: ReadonlyMap<string, NodeStanding>;
  },
): Promise<void> {
  const { stdout } = session.terminal;
  if (show.mode === 'json') {
    const undone = results.map(({ undoing: { lane, node, step }, result }) => ({
      lane,
      node,
      step: step.id,
      ...result,
    }));
    await stdout.write(
      `${JSON.stringify({ run: recorder.id, undone, nodes: Object.fromEntries(standings) })}\n`,
    );
  } else if (show.mode !== 'json-lines') {
    const failed = results.filter(({ result }) => result.kind !== 'done');
    const lines = results.map(
      ({ undoing: { node, step }, result }) =>
        `${node}: ${step.undo!.title}: ${'message' in result ? result.message : result.kind}`,
    );
    lines.push(
      list.length === 0
        ? `run ${recorder.id} is ended; nothing was to be taken back`
        : failed.length === 0
          ? `run ${recorder.id} is ended; ${results.length} steps were taken back`
          : `Mend that by hand, or try again: muster ${commandsOf(kind)} abort ${recorder.id}`,
    );
    await stdout.write(`\n${lines.map(makeVisibleLine).join('\n')}\n`);
  }
  await stdout.flush();
}
