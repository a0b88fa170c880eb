import { builtins, specialBuiltins } from './builtins.ts';
import type { Evaluator } from './evaluator.ts';
import { expandText, expandWords } from './expand.ts';
import { finishShell } from './finish-shell.ts';
import { redirect } from './redirect.ts';
import { runProgram } from './run-program.ts';
import {
  complain,
  FunctionReturn,
  outputOf,
  restoreVariables,
  setVariable,
  ShellError,
  subshellOf,
} from './shell.ts';
import type { Shell, Variable } from './shell.ts';
import type { Command, List } from './syntax.ts';

/** Runs a simple command: expansions, assignments, redirections, then a function, a builtin or a program. */
export async function evaluateSimple(
  shell: Shell,
  command: Command & { kind: 'simple' },
  evaluator: Evaluator,
): Promise<number> {
  const { substitute } = evaluator;
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
    return runProgram(child, name, args, (inner, list) => runChild(inner, list, evaluator));
  }
  return withAssignments(shell, assigned, descriptors, async () => {
    if (body !== undefined) {
      return callFunction(shell, body, args, evaluator);
    }
    return runBuiltin(shell, name, args, evaluator);
  });
}

async function runBuiltin(
  shell: Shell,
  name: string,
  args: readonly string[],
  evaluator: Evaluator,
): Promise<number> {
  try {
    return await builtins[name]!(shell, args, evaluator.list, (words) =>
      runProgram(shell, words[0]!, words.slice(1), (inner, list) => runChild(inner, list, evaluator)),
    );
  } catch (error) {
    // POSIX: a mistake in a special builtin ends the shell, in any other only the command.
    if (!(error instanceof ShellError) || specialBuiltins.has(name)) {
      throw error;
    }
    await complain(shell, error.message);
    return error.status;
  }
}

/** For builtins and functions: descriptors and assignments in front of the command hold for it alone. */
async function withAssignments(
  shell: Shell,
  assigned: readonly { name: string; value: string }[],
  descriptors: Shell['descriptors'],
  body: () => Promise<number>,
): Promise<number> {
  const saved = new Map(assigned.map(({ name }) => [name, shell.variables.get(name)]));
  const outer = shell.descriptors;
  shell.descriptors = descriptors;
  for (const { name, value } of assigned) {
    setVariable(shell, name, value, true);
  }
  try {
    return await body();
  } finally {
    shell.descriptors = outer;
    restoreVariables(shell, saved);
  }
}

async function runChild(shell: Shell, list: List, { list: evaluate }: Evaluator): Promise<number> {
  return finishShell(shell, () => evaluate(shell, list), evaluate);
}

async function callFunction(
  shell: Shell,
  body: Command,
  args: readonly string[],
  evaluator: Evaluator,
): Promise<number> {
  const { positional } = shell;
  shell.positional = args;
  const locals = new Map<string, Variable | undefined>();
  shell.locals.push(locals);
  try {
    return await evaluator.command(shell, body);
  } catch (error) {
    if (error instanceof FunctionReturn) {
      return error.status;
    }
    throw error;
  } finally {
    shell.locals.pop();
    restoreVariables(shell, locals);
    shell.positional = positional;
  }
}
