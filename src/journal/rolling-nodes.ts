import type { NodeRecord } from './replay.ts';
import { isCurrent, type RollingReplay, stageKey, stepKey, type StepState } from './replay-rolling.ts';
import type { StageRecord } from './rolling-records.ts';

/** Each node of a rolling run, from the records of its stages and steps. */
export function rollingNodes(nodes: readonly string[], rolling: RollingReplay): NodeRecord[] {
  const stages = new Map<string, (StageRecord | undefined)[]>();
  for (const lane of rolling.plan.lanes) {
    for (const [stage, { node, steps: planned }] of lane.stages.entries()) {
      const found = rolling.stages.get(stageKey({ lane: lane.name, stage }));
      const known = planned.map(({ id }) => rolling.steps.get(stepKey({ lane: lane.name, node, step: id })));
      const record = isCurrent(found, known) ? found : undefined;
      stages.set(node, [...(stages.get(node) ?? []), record]);
    }
  }
  const steps = Map.groupBy(rolling.steps.values(), ({ node }) => node);
  return nodes.map((node) => nodeRecord(node, stages.get(node) ?? [], steps.get(node) ?? []));
}

function nodeRecord(
  node: string,
  stages: readonly (StageRecord | undefined)[],
  steps: readonly StepState[],
): NodeRecord {
  const first = steps.find(({ intent }) => intent !== undefined)?.intent;
  const durationMs = stages.reduce((sum, stage) => sum + (stage?.durationMs ?? 0), 0);
  const known = {
    node,
    ...(first === undefined ? {} : { startedAt: new Date(first.at) }),
    ...(durationMs === 0 ? {} : { durationMs }),
  };
  const doubtful = steps.find(({ state }) => state === 'in-doubt' || state === 'unknown');
  if (doubtful !== undefined) {
    const message = doubtful.result?.message ?? `${doubtful.step}: begun, without a result`;
    return { ...known, state: 'in-doubt', message };
  }
  const failed = stages.findLast((stage) => stage?.state === 'failed');
  if (failed !== undefined)
    return {
      ...known,
      state: 'failed',
      ...(failed.message === undefined ? {} : { message: failed.message }),
    };
  if (stages.length > 0 && stages.every((stage) => stage?.state === 'done'))
    return { ...known, state: 'succeeded' };
  const begun = steps.some(({ state }) => state !== 'satisfied');
  return begun
    ? { ...known, state: 'not-reached', message: 'begun, and held between two steps' }
    : { ...known, state: 'not-reached' };
}
