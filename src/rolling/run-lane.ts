import type { Lane, RollingOptions, Stage } from './plan.ts';
import { isStanding } from './ledger.ts';
import { runStep, type StepTools, undoStep } from './run-step.ts';
import type { RunProgress } from './run-progress.ts';

/** The stages of one lane, one after the other, up to the first that does not succeed. Never rejects. */
export async function runLane(
  lane: Lane,
  batch: number,
  options: RollingOptions,
  tools: StepTools,
  progress: RunProgress,
): Promise<void> {
  for (const [index, stage] of lane.stages.entries()) {
    if (tools.ledger.stage({ lane: lane.name, stage: index })?.state === 'done') continue;
    if (!progress.mayStart(batch)) return;
    const closed = options.closed?.();
    if (closed !== undefined) return progress.hold(closed);
    if (options.confirmEach === 'each' && (await options.confirm?.({ batch, node: stage.node })) === false) {
      return progress.hold(`not confirmed before ${stage.node}`);
    }
    try {
      if (!(await runStage(lane, index, stage, batch, tools, progress))) return;
    } catch (error) {
      return progress.crashed(error);
    }
  }
}

/** @returns whether the lane may go on */
async function runStage(
  lane: Lane,
  index: number,
  stage: Stage,
  batch: number,
  tools: StepTools,
  progress: RunProgress,
): Promise<boolean> {
  const { node } = stage;
  const { observer, ledger } = tools;
  const start = performance.now();
  const end = async (state: 'done' | 'failed' | 'unknown' | 'held', message?: string): Promise<void> => {
    const durationMs = Math.round(performance.now() - start);
    if (state !== 'held') {
      const at = new Date().toISOString();
      await ledger.append({
        type: 'stage',
        lane: lane.name,
        node,
        stage: index,
        at,
        state,
        durationMs,
        ...(message === undefined ? {} : { message }),
      });
    }
    observer.stageEnded?.(lane.name, node, state, durationMs);
  };

  observer.stageStarted?.(lane.name, node);
  for (const step of stage.steps) {
    if (tools.hold.aborted) {
      await end('held');
      return false;
    }
    const result = await runStep(lane.name, node, step, tools);
    switch (result.kind) {
      case 'done':
      case 'passed':
        continue;
      case 'held':
      case 'left':
        progress.hold(`${node}: ${step.title}: ${result.message}`);
        await end('held');
        return false;
      case 'unknown':
        progress.doubtful(node, `${step.title}: ${result.message}`, result.hint);
        await end('unknown', `${step.id}: ${result.message}`);
        return false;
      default: {
        progress.failed(node, `${step.title}: ${result.message}`, batch, result.hint);
        await takeBack(lane, stage, step.id, tools);
        await end('failed', `${step.id}: ${result.message}`);
        return false;
      }
    }
  }
  await end('done');
  return true;
}

async function takeBack(lane: Lane, stage: Stage, failedStep: string, tools: StepTools): Promise<void> {
  const ids = (await stage.undoAfterFailure?.(failedStep)) ?? [];
  for (const id of ids) {
    const step = stage.steps.find((one) => one.id === id);
    const state = tools.ledger.step({ lane: lane.name, node: stage.node, step: id });
    if (step !== undefined && isStanding(state)) await undoStep(lane.name, stage.node, step, tools);
  }
}
