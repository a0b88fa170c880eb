import { parseDuration } from '../config/duration.ts';
import { UserError } from '../errors.ts';
import { shellQuote } from '../fanout/shell-quote.ts';
import type { Executor } from '../fanout/executor.ts';
import type { Jobs } from '../jobs/job.ts';
import { askCommand } from '../fanout/ask-command.ts';
import { commandStep, runJob } from '../rolling/command-step.ts';
import { type Gate, type GatePatience, gateStep } from '../rolling/gate.ts';
import { commandGate, httpGate, readyGate } from '../rolling/gates.ts';
import { outcomeWords } from '../rolling/outcome-words.ts';
import type { RollingPlan, Stage } from '../rolling/plan.ts';
import type { Step, StepCheck, StepContext } from '../rolling/step.ts';
import { askRole } from './role.ts';
import type { RollSpec, WorkflowGateText } from './roll-spec.ts';
import type { WorkflowStep } from './schema.ts';

/** What steps act through. */
export interface RollTools {
  readonly jobs: Jobs;
  readonly executor: Executor;
}

/**
 * The plan of a specification; the same specification always gives the same steps.
 * @throws UserError for a gate that does not exist, and for a step that runs once in between those of the nodes
 */
export function rollPlan(spec: RollSpec, tools: RollTools): RollingPlan {
  const { steps } = spec.workflow;
  const first = steps.findIndex(({ on }) => on !== 'once');
  const last = steps.findLastIndex(({ on }) => on !== 'once');
  const between = steps.slice(Math.max(first, 0), last + 1);
  const misplaced = between.find(({ on }) => on === 'once');
  if (misplaced !== undefined) {
    throw new UserError(`step ${misplaced.id}: what runs once comes before or after all steps of the nodes`, {
      code: 'WORKFLOW',
    });
  }
  const node = spec.batches[0]![0]!.nodes[0]!;
  const once = (name: string, some: readonly WorkflowStep[]) =>
    some.length === 0 ? [] : [[{ name, stages: [{ node, steps: stepsOf(some, node, name, spec, tools) }] }]];
  return {
    batches: [
      ...once('(before)', steps.slice(0, first === -1 ? steps.length : first)),
      ...(first === -1
        ? []
        : spec.batches.map((lanes) =>
            lanes.map(({ name, nodes }) => ({
              name,
              stages: nodes.map((one) => nodeStage(one, name, between, spec, tools)),
            })),
          )),
      ...once('(after)', first === -1 ? [] : steps.slice(last + 1)),
    ],
  };
}

function nodeStage(
  node: string,
  lane: string,
  steps: readonly WorkflowStep[],
  spec: RollSpec,
  tools: RollTools,
): Stage {
  const { before, after, patience } = spec.gates;
  const gates = (when: string, texts: readonly WorkflowGateText[]): Step[] =>
    texts.map((text, index) => gateStep(`gate-${when}-${index + 1}`, node, makeGate(text, tools), patience));
  return {
    node,
    steps: [...gates('before', before), ...stepsOf(steps, node, lane, spec, tools), ...gates('after', after)],
  };
}

function stepsOf(
  steps: readonly WorkflowStep[],
  node: string,
  lane: string,
  spec: RollSpec,
  tools: RollTools,
): Step[] {
  return steps.flatMap((step) => [
    workflowStep(step, node, lane, spec, tools),
    ...(step.until === undefined
      ? []
      : [
          gateStep(
            `${step.id}.until`,
            node,
            makeGate(gateText(step.until), tools),
            untilPatience(step, spec.gates.patience),
          ),
        ]),
  ]);
}

function workflowStep(
  step: WorkflowStep,
  node: string,
  lane: string,
  { workflow, awayMs }: RollSpec,
  tools: RollTools,
): Step {
  const common = {
    node,
    sudo: step.sudo ?? workflow.sudo,
    env: { ...step.env, MUSTER_NODE: node, MUSTER_LANE: lane },
    timeoutMs: parseDuration(step.timeout.toString())!,
    awayMs,
  };
  const { undo } = step;
  const plain = step.check === undefined && step.on !== 'leader' && step.on !== 'replica';
  const made = commandStep(tools.jobs, {
    ...common,
    id: step.id,
    title: step.title ?? step.run.trim().split('\n')[0]!,
    command: step.run,
    reboots: step.reboots,
    ...(plain
      ? {}
      : { check: (context: StepContext) => checkTwin(step, node, common.sudo, tools, context.detach) }),
    ...(undo === undefined
      ? {}
      : {
          undo: {
            title: undo,
            run: (context: StepContext) =>
              runJob(
                tools.jobs,
                { ...common, command: undo },
                {
                  ...context,
                  // Taking back may be tried again and again, each time as a job of its own.
                  jobId: `${context.jobId}.undo-${Date.now().toString(36)}`,
                },
              ),
          },
        }),
  });
  return { ...made, retries: step.retries };
}

/** The role first, then the step's own check: exit code 0 means that there is nothing to do. */
async function checkTwin(
  { on, check }: WorkflowStep,
  node: string,
  sudo: boolean,
  { executor }: RollTools,
  signal: AbortSignal,
): Promise<StepCheck> {
  if (on === 'leader' || on === 'replica') {
    const role = await askRole(executor, node, signal);
    if (typeof role !== 'string')
      return { kind: 'refused', message: `it does not say whether it leads: ${role.why}` };
    if (role !== on) return { kind: 'satisfied', evidence: { role } };
  }
  if (check === undefined) return { kind: 'needed' };
  const script = `sh -c ${shellQuote(check)}`;
  const command = sudo ? `if [ "$(id -u)" = 0 ]; then ${script}; else sudo -n ${script}; fi` : script;
  const { outcome } = await askCommand(executor, node, { command, timeoutMs: 60_000 }, signal);
  if (outcome.kind !== 'finished') return { kind: 'refused', message: `its check: ${outcomeWords(outcome)}` };
  return outcome.code === 0 ? { kind: 'satisfied' } : { kind: 'needed', why: outcomeWords(outcome) };
}

/** A gate as a file or the command line writes it. */
export function gateText(gate: string | WorkflowGateText): WorkflowGateText {
  return typeof gate === 'string' ? { command: gate } : gate;
}

function makeGate(text: WorkflowGateText, { executor }: RollTools): Gate {
  if ('http' in text) return httpGate(text.http);
  return 'ready' in text ? readyGate(executor, text.ready) : commandGate(executor, text.command);
}

/** A wait after a step has the step's own time. */
function untilPatience(step: WorkflowStep, patience: GatePatience): GatePatience {
  return { ...patience, timeoutMs: parseDuration(step.timeout.toString())! };
}
