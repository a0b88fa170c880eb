import { readCount } from '../cli/read-number.ts';
import type { RollFlags } from '../cli/roll-flags.ts';
import { UserError } from '../errors.ts';
import { evaluateInOrder } from '../nodeset/evaluate.ts';
import { readFailureBudget } from '../rolling/failure-budget.ts';
import { type LaneNodes, lanePerGroup, lanePerNode, readAxis } from '../rolling/lanes.ts';
import { orderNodes, type Order } from '../rolling/order.ts';
import { readDuration } from '../rolling/read-duration.ts';
import { readWindow } from '../rolling/window.ts';
import { planBatches } from '../run/batches.ts';
import { gateText } from '../workflow/roll-plan.ts';
import type { RollSpec, WorkflowGateText } from '../workflow/roll-spec.ts';
import type { Workflow } from '../workflow/schema.ts';
import type { RunSession } from './open-session.ts';

const builtIn = {
  gateTimeout: '5m',
  gateEvery: '2s',
  nodeTimeout: '1h',
  awayMs: 15 * 60_000,
  lanesAtOnce: 64,
};

/**
 * What is to be done, from the command line over the workflow file over what is built in.
 * @throws UserError for whatever makes no sense; nothing has been contacted then
 */
export async function makeRollSpec(
  session: RunSession,
  flags: RollFlags,
  workflow: Workflow,
): Promise<RollSpec> {
  const nodes = orderNodes(session.chosen.nodes, (flags.order ?? workflow.order ?? 'listed') as Order);
  const per = flags.per ?? workflow.per;
  const lanes = per === undefined ? lanePerNode(nodes) : await lanesOfAxis(session, nodes, per);
  const window = flags.window ?? workflow.window;
  if (window !== undefined) readWindow(window);
  const lanesAtOnce = per === undefined ? 1 : builtIn.lanesAtOnce;
  const timeout = flags['node-timeout'];
  if (timeout !== undefined) readDuration('--node-timeout', timeout);
  return {
    kind: 'roll',
    workflow: {
      name: workflow.name,
      sudo: flags.sudo || workflow.sudo,
      steps: workflow.steps.map((step) => (timeout === undefined ? step : { ...step, timeout })),
    },
    gates: {
      before: [...(workflow.gates?.before ?? []).map(gateText), ...gatesOf(flags)],
      after: [...(workflow.gates?.after ?? []).map(gateText), ...gatesOf(flags)],
      patience: {
        timeoutMs: readDuration(
          '--gate-timeout',
          flags['gate-timeout'] ?? String(workflow.gates?.timeout ?? builtIn.gateTimeout),
        ),
        successes:
          readCount('--gate-successes', flags['gate-successes'], 1) ?? workflow.gates?.successes ?? 1,
        everyMs: readDuration('gates.every', String(workflow.gates?.every ?? builtIn.gateEvery)),
      },
    },
    batches: batchLanes(lanes, flags.batch ?? workflow.batch?.toString()),
    options: {
      parallel: readCount('-f', flags.fanout, 1) ?? workflow.parallel ?? lanesAtOnce,
      maxFailures: readFailureBudget(
        flags['max-failures'] ?? String(workflow.max_failures ?? 0),
        nodes.length,
      ),
      onFailure:
        (flags['on-failure'] as 'stop' | 'finish-batch' | undefined) ?? workflow.on_failure ?? 'stop',
      confirmEach: (flags.confirm as 'each' | 'batch' | 'none' | undefined) ?? workflow.confirm ?? 'none',
    },
    soakMs: readDuration('--soak', flags.soak ?? String(workflow.soak ?? 0)),
    ...(window === undefined ? {} : { window }),
    awayMs: builtIn.awayMs,
  };
}

function gatesOf(flags: RollFlags): WorkflowGateText[] {
  return [
    ...(flags.gate ?? []).map((command) => ({ command })),
    ...(flags['gate-http'] ?? []).map((http) => ({ http })),
    ...(flags['gate-ready'] ?? []).map((ready) => ({ ready })),
  ];
}

function batchLanes(lanes: readonly LaneNodes[], spec: string | undefined): LaneNodes[][] {
  const byName = new Map(lanes.map((lane) => [lane.name, lane]));
  return planBatches([...byName.keys()], spec).map((names) => names.map((name) => byName.get(name)!));
}

/** Which groups of the axis each node is in: the source's groups are asked once each. */
async function lanesOfAxis(
  { groups }: RunSession,
  nodes: readonly string[],
  text: string,
): Promise<LaneNodes[]> {
  const axis = readAxis(text);
  const groupsOf = new Map<string, string[]>(nodes.map((node) => [node, []]));
  const names = await groups.groupNames(axis.source);
  if (names.length === 0) {
    throw new UserError(`--per ${text}: source ${axis.source} has no groups`, { code: 'NO_LANE' });
  }
  for (const name of names) {
    for (const node of await evaluateInOrder(`@${axis.source}:${name}`, {
      resolver: groups,
      allowEmpty: true,
    })) {
      groupsOf.get(node)?.push(name);
    }
  }
  return lanePerGroup(nodes, axis, (node) => groupsOf.get(node)!);
}

/** One command as a workflow of one step. */
export function commandWorkflow(
  command: string,
  check: string | undefined,
  timeout = builtIn.nodeTimeout,
): Workflow {
  return {
    name: command,
    sudo: false,
    steps: [
      {
        id: 'command',
        on: 'each',
        run: command,
        timeout,
        retries: 0,
        reboots: false,
        ...(check === undefined ? {} : { check }),
      },
    ],
  };
}
