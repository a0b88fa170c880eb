import { FileError } from '../file-tree.ts';
import { builtins } from './builtins.ts';
import { expandSegments, expandText, expandWords } from './expand.ts';
import { BrokenPipe, Interrupted, signalNumbers } from './job.ts';
import { matchesPattern } from './pattern.ts';
import { redirect } from './redirect.ts';
import { runProgram } from './run-program.ts';
import {
  complain,
  FunctionReturn,
  LoopControl,
  outputOf,
  setVariable,
  ShellError,
  ShellExit,
  subshellOf,
  withDescriptor,
} from './shell.ts';
import type { Shell } from './shell.ts';
import { Collector, Input, Pipe } from './streams.ts';
import type { AndOr, Command, Compound, List, Pipeline } from './syntax.ts';

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
  const done = settle(shell, child, () => evaluateAndOr(child, { ...andOr, background: false })).catch(
    () => 128 + signalNumbers.TERM,
  );
  if (!detached) {
    shell.background.push(done);
  }
}

async function evaluateAndOr(shell: Shell, { first, rest }: AndOr): Promise<void> {
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
    return settle(shell, child, () => evaluateCommand(child, command)).finally(() => {
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

/** What a trapped signal leaves as status in the shell that trapped it; anything else is thrown on. */
function interruptedStatus(shell: Shell, error: unknown): number {
  if (error instanceof Interrupted && !shell.subshell) {
    return 128 + signalNumbers[error.signal];
  }
  throw error;
}

/** A subshell's whole life: its `exit`, its own EXIT trap, its mistakes. */
async function settle(parent: Shell, child: Shell, body: () => Promise<unknown>): Promise<number> {
  return finishShell(child, body).catch((error: unknown) => interruptedStatus(parent, error));
}

/** Runs a shell to its end: `exit`, the EXIT trap, a message for a mistake of the script. Rejects when killed. */
export async function finishShell(shell: Shell, body: () => Promise<unknown>): Promise<number> {
  shell.status = await guarded(shell, body);
  const atExit = shell.traps.get('EXIT');
  if (atExit !== undefined) {
    shell.traps.delete('EXIT');
    const { status } = shell;
    const after = await guarded(shell, async () => {
      await builtins.eval!(shell, [atExit], evaluate);
      shell.status = status;
    });
    shell.status = after;
  }
  await Promise.all(shell.background);
  return shell.status;
}

async function guarded(shell: Shell, body: () => Promise<unknown>): Promise<number> {
  try {
    await body();
    return shell.status;
  } catch (error) {
    if (error instanceof ShellExit || error instanceof FunctionReturn) {
      return error.status;
    }
    if (error instanceof LoopControl) {
      return 0;
    }
    if (error instanceof BrokenPipe) {
      return 128 + signalNumbers.PIPE;
    }
    if (error instanceof ShellError) {
      await complain(shell, error.message);
      return error.status;
    }
    throw error;
  }
}

async function substitute(shell: Shell, script: List): Promise<string> {
  const collector = new Collector();
  const child = subshellOf(shell, { descriptors: withDescriptor(shell, 1, { output: collector }) });
  shell.status = await settle(shell, child, () => evaluate(child, script));
  return collector.bytes().toString();
}

async function evaluateCommand(shell: Shell, command: Command): Promise<number> {
  await shell.job.checkpoint();
  const { descriptors } = shell;
  try {
    if (command.kind === 'simple') {
      shell.line = command.line;
      return await evaluateSimple(shell, command);
    }
    shell.descriptors = await redirect(shell, command.redirections, substitute);
    return await evaluateCompound(shell, command);
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

async function evaluateSimple(shell: Shell, command: Command & { kind: 'simple' }): Promise<number> {
  shell.tested += 1;
  let words: string[];
  const assigned: { name: string; value: string }[] = [];
  const before = shell.status;
  try {
    words = await expandWords(shell, command.words, substitute);
    if (words.length === 0) {
      shell.status = 0;
    }
    for (const { name, value } of command.assignments) {
      assigned.push({ name, value: await expandText(shell, value, substitute) });
      if (words.length === 0) {
        setVariable(shell, name, assigned.at(-1)!.value);
      }
    }
  } finally {
    shell.tested -= 1;
  }
  if (words.length > 0) {
    shell.status = before;
  }
  if (shell.options.has('x')) {
    await outputOf(shell, 2).write(
      `+ ${[...assigned.map(({ name, value }) => `${name}=${value}`), ...words].join(' ')}\n`,
    );
  }
  const [name, ...args] = words;
  let descriptors;
  try {
    descriptors = await redirect(shell, command.redirections, substitute);
  } catch (error) {
    if (!(error instanceof ShellError)) {
      throw error;
    }
    await complain(shell, error.message);
    return error.status;
  }
  if (name === undefined) {
    return shell.status;
  }
  if (name === 'exec' && args.length === 0) {
    shell.descriptors = descriptors;
    return 0;
  }
  const body = shell.functions.get(name);
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  if (body === undefined && builtin === undefined) {
    const child = subshellOf(shell, { descriptors, subshell: shell.subshell });
    for (const { name, value } of assigned) {
      setVariable(child, name, value, true);
    }
    return runProgram(child, name, args, runChild);
  }
  return withAssignments(shell, assigned, descriptors, async () => {
    if (body !== undefined) {
      return callFunction(shell, body, args);
    }
    return builtin!(shell, args, evaluate, (words) => runProgram(shell, words[0]!, words.slice(1), runChild));
  });
}

/** For builtins and functions: descriptors and assignments in front of the command hold for it alone. */
async function withAssignments(
  shell: Shell,
  assigned: readonly { name: string; value: string }[],
  descriptors: Shell['descriptors'],
  body: () => Promise<number>,
): Promise<number> {
  const saved = assigned.map(({ name }) => ({ name, variable: shell.variables.get(name) }));
  const outer = shell.descriptors;
  shell.descriptors = descriptors;
  for (const { name, value } of assigned) {
    setVariable(shell, name, value, true);
  }
  try {
    return await body();
  } finally {
    shell.descriptors = outer;
    for (const { name, variable } of saved) {
      if (variable === undefined) {
        shell.variables.delete(name);
      } else {
        shell.variables.set(name, variable);
      }
    }
  }
}

async function runChild(shell: Shell, list: List): Promise<number> {
  return finishShell(shell, () => evaluate(shell, list));
}

async function callFunction(shell: Shell, body: Command, args: readonly string[]): Promise<number> {
  const { positional } = shell;
  shell.positional = args;
  try {
    return await evaluateCommand(shell, body);
  } catch (error) {
    if (error instanceof FunctionReturn) {
      return error.status;
    }
    throw error;
  } finally {
    shell.positional = positional;
  }
}

async function condition(shell: Shell, test: List): Promise<boolean> {
  shell.tested += 1;
  try {
    shell.status = 0;
    return (await evaluate(shell, test)) === 0;
  } finally {
    shell.tested -= 1;
  }
}

async function evaluateCompound(shell: Shell, command: Compound): Promise<number> {
  switch (command.kind) {
    case 'group':
      return evaluate(shell, command.body);
    case 'subshell': {
      const child = subshellOf(shell);
      return settle(shell, child, () => evaluate(child, command.body));
    }
    case 'if':
      for (const { test, body } of command.branches) {
        if (await condition(shell, test)) {
          shell.status = 0;
          return evaluate(shell, body);
        }
      }
      shell.status = 0;
      return command.otherwise === undefined ? 0 : evaluate(shell, command.otherwise);
    case 'while':
      return loop(shell, command.body, async () => (await condition(shell, command.test)) !== command.until);
    case 'for': {
      const values =
        command.words === undefined ? shell.positional : await expandWords(shell, command.words, substitute);
      const remaining = [...values];
      return loop(shell, command.body, () => {
        const value = remaining.shift();
        if (value !== undefined) {
          setVariable(shell, command.name, value);
        }
        return Promise.resolve(value !== undefined);
      });
    }
    case 'case': {
      const text = await expandText(shell, command.word, substitute);
      for (const { patterns, body } of command.branches) {
        for (const pattern of patterns) {
          if (matchesPattern(text, await expandSegments(shell, pattern, substitute))) {
            shell.status = 0;
            return evaluate(shell, body);
          }
        }
      }
      return 0;
    }
    default:
      shell.functions.set(command.name, command.body);
      return 0;
  }
}

async function loop(shell: Shell, body: List, next: () => Promise<boolean>): Promise<number> {
  let status = 0;
  shell.loops += 1;
  try {
    while (await next()) {
      await shell.job.checkpoint();
      try {
        status = await evaluate(shell, body);
      } catch (error) {
        if (!(error instanceof LoopControl)) {
          throw error;
        }
        if (error.levels > 1 && shell.loops > 1) {
          throw new LoopControl(error.kind, error.levels - 1);
        }
        status = 0;
        if (error.kind === 'break') {
          return 0;
        }
      }
    }
    return status;
  } finally {
    shell.loops -= 1;
  }
}
