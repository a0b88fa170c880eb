import { createLedger, type Ledger, type Verdict } from '../../src/rolling/ledger.ts';
import type { RollingOptions, RollingPlan } from '../../src/rolling/plan.ts';
import { runPlan } from '../../src/rolling/run-plan.ts';
import type { RollingEnd } from '../../src/rolling/run-progress.ts';
import type { RollingRecord } from '../../src/journal/rolling-records.ts';
import { startRollingReplay } from '../../src/journal/replay-rolling.ts';
import type { Step, StepResult } from '../../src/rolling/step.ts';

/** A step of which a test says what becomes of it; it writes what it does to `log`. */
export function testStep(
  log: string[],
  id: string,
  node: string,
  more: Partial<Step> & { readonly result?: StepResult | (() => StepResult | Promise<StepResult>) } = {},
): Step {
  const { result = { kind: 'done' }, ...rest } = more;
  return {
    id,
    title: id,
    kind: 'effect',
    async run() {
      log.push(`${node} ${id}`);
      return typeof result === 'function' ? result() : result;
    },
    ...rest,
  };
}

export interface TestRun {
  readonly end: RollingEnd;
  readonly records: readonly RollingRecord[];
  readonly ledger: Ledger;
}

/** Runs a plan with a journal in memory, after what earlier records say. */
export async function runTestPlan(
  plan: RollingPlan,
  more: Partial<RollingOptions> & {
    readonly past?: readonly RollingRecord[];
    readonly hold?: AbortSignal;
    readonly verdicts?: ReadonlyMap<string, Verdict>;
    readonly append?: (record: RollingRecord) => Promise<void>;
  } = {},
): Promise<TestRun> {
  const { past = [], hold = new AbortController().signal, verdicts = new Map(), append, ...options } = more;
  const replay = startRollingReplay({ type: 'plan', hash: '', spec: {}, lanes: [] });
  for (const record of past) replay.add(record);
  const records: RollingRecord[] = [];
  const ledger = createLedger(async (record) => {
    await append?.(record);
    records.push(record);
  }, replay.read());
  const end = await runPlan(
    plan,
    { parallel: 1, maxFailures: 0, onFailure: 'stop', confirmEach: 'none', ...options },
    {
      runId: 'run',
      ledger,
      observer: {},
      hold,
      detach: new AbortController().signal,
      verdicts,
      boundary: () => {},
    },
  );
  return { end, records, ledger };
}

/** A plan of one batch with a lane a node. */
export function planOf(nodes: Readonly<Record<string, readonly Step[]>>): RollingPlan {
  return {
    batches: [Object.entries(nodes).map(([node, steps]) => ({ name: node, stages: [{ node, steps }] }))],
  };
}
