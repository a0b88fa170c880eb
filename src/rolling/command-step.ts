import type { Jobs, JobSpec, JobState, Unreachable } from '../jobs/job.ts';
import { waitFor } from './wait.ts';
import type { Step, StepCheck, StepContext, StepResult } from './step.ts';

export interface CommandStepOptions {
  readonly id: string;
  readonly title: string;
  readonly node: string;
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly sudo?: boolean;
  /** Milliseconds after which it is looked at no longer; it is never ended for that. 0: none. */
  readonly timeoutMs: number;
  /** Milliseconds a node may be away while its job runs. */
  readonly awayMs: number;
  /** The command reboots the node: a job that the reboot ended is done. */
  readonly reboots?: boolean;
  readonly check?: (context: StepContext) => Promise<StepCheck>;
  /** Says of a failure what it means and what to do. */
  readonly explain?: (failure: CommandFailure) => { readonly message: string; readonly hint: string };
  readonly undo?: Step['undo'];
}

/** Why a command did not begin, or how it ended. */
export interface CommandFailure {
  readonly message: string;
  /** The last 64 KiB of what it printed; absent: it did not begin. */
  readonly output?: string;
}

/**
 * A command as a step: a remote job, which outlives the connection and muster, and runs once whatever happens to either.
 */
export function commandStep(jobs: Jobs, options: CommandStepOptions): Step {
  const { id, title, check, undo } = options;
  return {
    id,
    title,
    kind: 'effect',
    ...(check === undefined ? {} : { check }),
    run: (context) => runJob(jobs, options, context),
    // The same id again: what was started is found, what was not is started.
    recover: (context) => runJob(jobs, options, context, true),
    ...(undo === undefined ? {} : { undo }),
  };
}

/**
 * Starts the try's job, or finds it, and follows it to its end.
 * @param mayHaveBegun an earlier command may have started it: only an answer of the node is evidence then
 */
export async function runJob(
  jobs: Jobs,
  options: Omit<CommandStepOptions, 'id' | 'title'>,
  context: StepContext,
  mayHaveBegun = false,
): Promise<StepResult> {
  const spec: JobSpec = {
    id: context.jobId,
    command: options.command,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.sudo === undefined ? {} : { sudo: options.sudo }),
  };
  const limit = options.timeoutMs === 0 ? undefined : AbortSignal.timeout(options.timeoutMs);
  const signal = limit === undefined ? context.detach : AbortSignal.any([context.detach, limit]);
  const deadline = performance.now() + options.awayMs;
  const seconds = Math.round((options.timeoutMs || options.awayMs) / 1000);
  for (let inDoubtYet = mayHaveBegun; ; inDoubtYet = true) {
    const start = await jobs.start(options.node, spec, signal);
    context.boundary('after-start');
    if (start.kind === 'failed' && !(inDoubtYet && start.outcome.kind !== 'finished')) {
      if (context.detach.aborted) return left;
      return { kind: 'failed', ...explained({ message: start.message }, options), outcome: start.outcome };
    }
    if (start.kind === 'started' || start.kind === 'exists') break;
    if (context.detach.aborted) return left;
    if (limit?.aborted === true || performance.now() > deadline)
      return inDoubt(`its end is not known after ${seconds} s: ${start.message}`, options, context);
    context.note(`${start.message}; asking again`);
    await waitFor(1000, signal);
  }
  let away: string | undefined;
  const followed = jobs.follow(
    options.node,
    spec.id,
    {
      onOutput: (chunk) => context.output(chunk),
      timeoutMs: options.awayMs,
      onAway(why) {
        away = why;
        context.note(`the node is away: ${why}`);
      },
      onBack() {
        away = undefined;
        context.note('the node is back');
      },
    },
    signal,
  );
  // who only reads along is not waited for: ending that on the node may take seconds
  const end = await Promise.race([followed, whenAborted(AbortSignal.any([context.detach]))]);
  if (end === 'aborted' || (context.detach.aborted && end.kind === 'unreachable')) {
    followed.catch(() => {});
    return left;
  }
  if (limit?.aborted === true && end.kind === 'unreachable') {
    return {
      kind: 'unknown',
      message: `its end is not known after ${seconds} s: ${away === undefined ? 'it is left running' : `the node is away (${away})`}`,
      hint: `Look at it on ${options.node}; a resume looks there first, and waits for its end again.`,
    };
  }
  return judge(end, options, context);
}

function whenAborted(signal: AbortSignal): Promise<'aborted'> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
}

const left: StepResult = { kind: 'left', message: 'it goes on by itself on the node' };

function judge(
  end: JobState | Unreachable,
  options: Omit<CommandStepOptions, 'id' | 'title'>,
  context: StepContext,
): StepResult {
  switch (end.kind) {
    case 'done': {
      if (end.code === 0) return { kind: 'done', evidence: { code: 0 } };
      const message = end.code > 128 ? `killed by signal ${end.code - 128}` : `exit code ${end.code}`;
      return {
        kind: 'failed',
        ...explained({ message, output: end.output }, options),
        outcome: { kind: 'finished', code: end.code },
        output: tail(end.output),
      };
    }
    case 'lost':
      if (end.started && end.bootChanged && options.reboots === true) {
        return { kind: 'done', evidence: { rebooted: true } };
      }
      if (!end.started) return { kind: 'failed', message: 'it never started' };
      return inDoubt(
        end.bootChanged ? 'the node went down while it ran' : 'it was killed on the node',
        options,
        context,
      );
    case 'none':
      return inDoubt('the node knows nothing of it any more', options, context);
    case 'running':
      return inDoubt('it still runs', options, context);
    default:
      return inDoubt(end.message, options, context);
  }
}

function explained(
  failure: CommandFailure,
  { explain }: Pick<CommandStepOptions, 'explain'>,
): { readonly message: string; readonly hint?: string } {
  return explain?.(failure) ?? { message: failure.message };
}

function inDoubt(
  message: string,
  { node }: Pick<CommandStepOptions, 'node'>,
  context: StepContext,
): StepResult {
  return {
    kind: 'unknown',
    message,
    hint: `Look at ${node} (job ${context.jobId}); a resume asks it again, its --run-again ${node} or --take-as-done ${node} decides.`,
  };
}

const tailBytes = 4000;

function tail(output: string): string {
  return output.length <= tailBytes ? output : `…${output.slice(-tailBytes)}`;
}
