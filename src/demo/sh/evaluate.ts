import { FileError } from '../file-tree.ts';
import { builtins } from './builtins.ts';
import { evaluateCompound } from './compound-command.ts';
import type { Evaluator } from './evaluator.ts';
import { interruptedStatus, settle } from './finish-shell.ts';
import { Killed, signalNumbers } from './job.ts';
import { redirect } from './redirect.ts';
import { complain, ShellExit, subshellOf, withDescriptor } from './shell.ts';
import type { Shell } from './shell.ts';
import { evaluateSimple } from './simple-command.ts';
import { Collector, Input, Pipe } from './streams.ts';
import type { AndOr, Command, List, Pipeline } from './syntax.ts';

/** Runs a list in a shell; the exit status is also left in `shell.status`. */
export async function evaluate(shell: Shell, list: List): Promise<number> {
  for (const andOr of list) {
    await shell.job.checkpoint();
    if (andOr.background) {
      runInBackground(shell, andOr);
      shell.status = 0;
    } else {
      await evaluateAndOr(shell, andOr);
    }
    await runPendingTraps(shell);
  }
  return shell.status;
}

/** Runs the traps of the signals that came; only the shell that set them does. */
async function runPendingTraps(shell: Shell): Promise<void> {
  if (shell.subshell) {
    return;
  }
  for (const signal of shell.job.takePending()) {
    const script = shell.traps.get(signal);
    if (script !== undefined) {
      const { status } = shell;
      await builtins.eval!(shell, [script], evaluate);
      shell.status = status;
    }
  }
}

function runInBackground(shell: Shell, andOr: AndOr): void {
  const child = subshellOf(shell, { descriptors: withDescriptor(shell, 0, { input: Input.of('') }) });
  const detached = andOr.first.commands.every((command) => command.redirections.some(({ fd }) => fd === 1));
  const done = settle(
    shell,
    child,
    () => evaluateAndOr(child, { ...andOr, background: false }),
    evaluate,
  ).catch((error: unknown) => {
    if (error instanceof Killed) {
      return 128 + signalNumbers[error.signal];
    }
    throw error;
  });
  shell.job.background.push(done);
  if (!detached) {
    shell.background.push(done);
  }
}

async function evaluateAndOr(shell: Shell, { first, rest }: AndOr): Promise<number> {
  const last = rest.length;
  for (const [at, { operator, pipeline }] of [{ operator: undefined, pipeline: first }, ...rest].entries()) {
    if ((operator === '&&' && shell.status !== 0) || (operator === '||' && shell.status === 0)) {
      continue;
    }
    const isTested = at < last || pipeline.negated;
    shell.tested += isTested ? 1 : 0;
    try {
      shell.status = await evaluatePipeline(shell, pipeline);
    } finally {
      shell.tested -= isTested ? 1 : 0;
    }
    if (shell.status !== 0 && !isTested && shell.tested === 0 && shell.options.has('e')) {
      throw new ShellExit(shell.status);
    }
  }
  return shell.status;
}

async function evaluatePipeline(shell: Shell, { commands, negated }: Pipeline): Promise<number> {
  const status =
    commands.length === 1 ? await evaluateCommand(shell, commands[0]!) : await runPiped(shell, commands);
  return negated ? Number(status === 0) : status;
}

async function runPiped(shell: Shell, commands: readonly Command[]): Promise<number> {
  let before: Pipe | undefined;
  const stages = commands.map((command, index) => {
    const from = before;
    const to = index < commands.length - 1 ? new Pipe() : undefined;
    before = to;
    const descriptors = new Map(shell.descriptors);
    if (from !== undefined) {
      descriptors.set(0, { input: from.input });
    }
    if (to !== undefined) {
      descriptors.set(1, { output: to });
    }
    const child = subshellOf(shell, { descriptors });
    return settle(shell, child, () => evaluateCommand(child, command), evaluate).finally(() => {
      from?.closeReader();
      to?.closeWriter();
    });
  });
  try {
    return (await Promise.all(stages)).at(-1)!;
  } catch (error) {
    return interruptedStatus(shell, error);
  }
}

async function substitute(shell: Shell, script: List): Promise<string> {
  const collector = new Collector();
  const child = subshellOf(shell, { descriptors: withDescriptor(shell, 1, { output: collector }) });
  shell.status = await settle(shell, child, () => evaluate(child, script), evaluate);
  return collector.bytes().toString();
}

async function evaluateCommand(shell: Shell, command: Command): Promise<number> {
  await shell.job.checkpoint();
  const { descriptors } = shell;
  try {
    if (command.kind === 'simple') {
      shell.line = command.line;
      return await evaluateSimple(shell, command, evaluator);
    }
    shell.descriptors = await redirect(shell, command.redirections, substitute);
    return await evaluateCompound(shell, command, evaluator);
  } catch (error) {
    if (error instanceof FileError) {
      await complain(shell, `write error: ${error.message}`);
      return 1;
    }
    throw error;
  } finally {
    if (command.kind !== 'simple') {
      shell.descriptors = descriptors;
    }
  }
}

const evaluator: Evaluator = { list: evaluate, command: evaluateCommand, substitute };
