import type { StepName } from '../journal/rolling-records.ts';
import type { StepState } from '../journal/replay-rolling.ts';
import type { Ledger, Verdict } from './ledger.ts';
import type { RollingObserver, StepEnd, StepPlace } from './observer.ts';
import { waitFor } from './wait.ts';
import type { Step, StepCheck, StepContext, StepResult } from './step.ts';

/** What every step of a run needs. */
export interface StepTools {
  readonly runId: string;
  readonly ledger: Ledger;
  readonly observer: RollingObserver;
  readonly hold: AbortSignal;
  readonly detach: AbortSignal;
  /** A person's word on steps in doubt, by `node` or `node/step`. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Asked before each effect: why nothing may be done on the node now, when its lock was lost. */
  readonly mayAct?: (node: string) => Promise<string | undefined>;
  /** See StepContext.boundary. */
  readonly boundary: (name: string) => void;
}

/**
 * Carries one step out, once: what the journal and the node's own evidence say is done is passed over, a try in doubt is
 * looked into before another is made.
 * Rejects with a JournalError when the journal cannot be written; the effect has not begun then, unless it is the
 * result that could not be kept.
 */
export async function runStep(lane: string, node: string, step: Step, tools: StepTools): Promise<StepEnd> {
  const place: StepPlace = { lane, node, step: step.id, title: step.title };
  const before = tools.ledger.step({ lane, node, step: step.id });
  const start = performance.now();
  const end = await decide(place, step, before, tools);
  tools.observer.stepEnded?.(place, end, performance.now() - start);
  return end;
}

async function decide(
  place: StepPlace,
  step: Step,
  before: StepState | undefined,
  tools: StepTools,
): Promise<StepEnd> {
  if (step.kind === 'gate') return runGate(place, step, tools);
  const forbidden = await tools.mayAct?.(place.node);
  if (forbidden !== undefined) return { kind: 'held', message: forbidden };
  if (before?.state === 'in-doubt' || before?.state === 'unknown') {
    return settleDoubt(place, step, before, tools);
  }
  const wasDone = before?.state === 'done' || before?.state === 'satisfied';
  if (wasDone && step.check === undefined) return { kind: 'passed', message: 'done before' };
  return checkAndRun(place, step, before, tools, wasDone && step.repeatable !== true);
}

async function runGate(place: StepPlace, step: Step, tools: StepTools): Promise<StepEnd> {
  tools.observer.stepStarted?.(place, 'run');
  const start = performance.now();
  const result = await step.run(contextOf(place, 1, tools));
  if (result.kind === 'failed') await record(place, 1, result, start, tools);
  return result;
}

/** @param contradicts the journal says done: what the check calls needed is then not ours to repeat */
async function checkAndRun(
  place: StepPlace,
  step: Step,
  before: StepState | undefined,
  tools: StepTools,
  contradicts: boolean,
): Promise<StepEnd> {
  const attempt = (before?.attempts ?? 0) + 1;
  const context = contextOf(place, attempt, tools);
  tools.observer.stepStarted?.(place, 'run');
  const checked: StepCheck = (await step.check?.(context)) ?? { kind: 'needed' };
  const start = performance.now();
  if (checked.kind === 'refused') {
    const refused: StepResult = { ...checked, kind: 'failed' };
    await record(place, attempt, refused, start, tools);
    return refused;
  }
  if (checked.kind === 'satisfied') {
    if (before?.state !== 'done' && before?.state !== 'satisfied') {
      await record(place, attempt, checked, start, tools);
    }
    return { kind: 'passed', message: 'already so' };
  }
  if (contradicts && tools.verdicts.get(`${place.node}/${place.step}`) !== 'run-again') {
    return {
      kind: 'unknown',
      message: `the journal says that this was done, ${place.node} says otherwise${checked.why === undefined ? '' : `: ${checked.why}`}`,
      hint: `Look at ${place.node}; then resume with --run-again ${place.node}/${place.step} or --take-as-done ${place.node}/${place.step}.`,
    };
  }
  return attemptUntilDone(place, step, context, tools);
}

async function attemptUntilDone(
  place: StepPlace,
  step: Step,
  first: StepContext,
  tools: StepTools,
): Promise<StepEnd> {
  for (let tries = 0; ; tries += 1) {
    const attempt = first.attempt + tries;
    const result = await attemptStep(place, step, contextOf(place, attempt, tools), tools);
    if (result.kind !== 'failed' || tries >= (step.retries ?? 0)) return result;
    tools.observer.note?.(place, `${result.message}; another try`);
    if (!(await waitFor(2000 * (tries + 1), tools.hold, tools.detach))) return result;
  }
}

async function attemptStep(
  place: StepPlace,
  step: Step,
  context: StepContext,
  tools: StepTools,
): Promise<StepEnd> {
  const { attempt } = context;
  tools.boundary('before-intent');
  await tools.ledger.append({
    type: 'intent',
    ...nameOf(place, attempt),
    at: new Date().toISOString(),
    title: step.title,
  });
  tools.boundary('after-intent');
  const start = performance.now();
  const result = await step.run(context);
  tools.boundary('after-effect');
  if (result.kind !== 'left') await record(place, attempt, result, start, tools);
  tools.boundary('after-result');
  return result;
}

/** A try was begun and nobody knows its end: the node's evidence decides, then a person, never a guess. */
async function settleDoubt(
  place: StepPlace,
  step: Step,
  before: StepState,
  tools: StepTools,
): Promise<StepEnd> {
  const context = contextOf(place, before.attempts, tools);
  const start = performance.now();
  tools.observer.stepStarted?.(place, 'recover');
  const found = await findEvidence(step, context);
  if (found.kind === 'not-started') return checkAndRun(place, step, before, tools, false);
  if (found.kind === 'left') return found;
  if (found.kind !== 'unknown') {
    await record(place, before.attempts, found, start, tools);
    return found;
  }
  const verdict = tools.verdicts.get(`${place.node}/${place.step}`) ?? tools.verdicts.get(place.node);
  if (verdict === 'run-again') return checkAndRun(place, step, before, tools, false);
  if (verdict === 'take-as-done') {
    await record(place, before.attempts, { kind: 'done', evidence: { takenAsDone: true } }, start, tools);
    return { kind: 'passed', message: 'taken as done' };
  }
  if (before.state !== 'unknown') await record(place, before.attempts, found, start, tools);
  return found;
}

async function findEvidence(
  step: Step,
  context: StepContext,
): Promise<StepResult | { readonly kind: 'not-started' }> {
  if (step.recover !== undefined) return step.recover(context);
  const checked = await step.check?.(context);
  if (checked?.kind === 'satisfied') return { ...checked, kind: 'done' };
  if (step.repeatable === true) return { kind: 'not-started' };
  return {
    kind: 'unknown',
    message: 'muster ended between the intent and the result of this step',
    ...(checked?.kind === 'refused' ? { hint: checked.message } : {}),
  };
}

/** Takes a step back, with intent and result of its own. */
export async function undoStep(
  lane: string,
  node: string,
  step: Step,
  tools: StepTools,
): Promise<StepResult> {
  const { undo } = step;
  if (undo === undefined) return { kind: 'done' };
  const place: StepPlace = { lane, node, step: step.id, title: undo.title };
  const attempt = tools.ledger.step({ lane, node, step: step.id })?.attempts ?? 1;
  const start = performance.now();
  tools.observer.stepStarted?.(place, 'undo');
  await tools.ledger.append({
    type: 'intent',
    ...nameOf(place, attempt),
    at: new Date().toISOString(),
    title: undo.title,
    undo: true,
  });
  tools.boundary('after-intent');
  const result = await undo.run(contextOf(place, attempt, tools));
  tools.boundary('after-effect');
  if (result.kind !== 'left') await record(place, attempt, result, start, tools, true);
  tools.observer.stepEnded?.(place, result, performance.now() - start);
  return result;
}

async function record(
  place: StepPlace,
  attempt: number,
  result: Exclude<StepResult, { kind: 'left' }> | Extract<StepCheck, { kind: 'satisfied' }>,
  start: number,
  { ledger }: StepTools,
  undo = false,
): Promise<void> {
  const { kind, ...details } = result;
  const { hint: _, ...kept } = { hint: undefined, ...details };
  await ledger.append({
    type: 'result',
    ...nameOf(place, attempt),
    at: new Date().toISOString(),
    result: kind,
    ...(undo ? { undo } : {}),
    ...kept,
    durationMs: Math.round(performance.now() - start),
  });
}

function nameOf(place: StepPlace, attempt: number): StepName {
  return { lane: place.lane, node: place.node, step: place.step, attempt };
}

function contextOf(place: StepPlace, attempt: number, tools: StepTools): StepContext {
  return {
    attempt,
    jobId: [tools.runId, place.node, place.step, attempt].join('.').replaceAll(/[^A-Za-z0-9._-]/g, '-'),
    hold: tools.hold,
    detach: tools.detach,
    note: (text) => tools.observer.note?.(place, text),
    output: (chunk) => tools.observer.output?.(place, chunk),
    boundary: tools.boundary,
  };
}
