import { FileError, resolvePath } from '../file-tree.ts';
import {
  changeFolder,
  exportVariables,
  readVariables,
  setLocals,
  setOptions,
  unsetVariables,
} from './builtins-state.ts';
import { isSignalName } from './job.ts';
import { parseScript } from './parse.ts';
import { echoText, formatText } from './print.ts';
import { complain, FunctionReturn, LoopControl, outputOf, ShellError, ShellExit } from './shell.ts';
import type { Shell } from './shell.ts';
import { ShellSyntaxError } from './syntax.ts';
import type { List } from './syntax.ts';
import { test } from './test-expression.ts';

export type Evaluate = (shell: Shell, list: List) => Promise<number>;
type RunWords = (words: readonly string[]) => Promise<number>;
export type Builtin = (
  shell: Shell,
  args: readonly string[],
  evaluate: Evaluate,
  run?: RunWords,
) => Promise<number> | number;

/** Those that end the shell when they are used wrongly. */
export const specialBuiltins: ReadonlySet<string> = new Set(
  '. : break continue eval exec exit export return set shift trap unset'.split(' '),
);

/** What the shell does itself, by name. */
export const builtins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  echo: (shell, args) => print(shell, echoText(args)),
  printf: async (shell, [format, ...args]) => {
    if (format === undefined) {
      await complain(shell, 'printf: usage: printf format [arg ...]');
      return 2;
    }
    return print(shell, formatText(format, args));
  },
  cd: changeFolder,
  pwd: (shell) => print(shell, `${shell.folder}\n`),
  export: exportVariables,
  unset: unsetVariables,
  set: setOptions,
  read: readVariables,
  local: setLocals,
  test,
  '[': (shell, args) => {
    if (args.at(-1) !== ']') {
      throw new ShellError('[: missing ]');
    }
    return test(shell, args.slice(0, -1), '[');
  },
  eval: async (shell, args, evaluate) => {
    shell.evals += 1;
    try {
      return await evaluateText(shell, args.join(' '), evaluate);
    } finally {
      shell.evals -= 1;
    }
  },
  '.': sourceFile,
  exit: (shell, args) => {
    throw new ShellExit(statusArgument(shell, 'exit', args));
  },
  return: (shell, args) => {
    throw new FunctionReturn(statusArgument(shell, 'return', args));
  },
  break: (shell, args) => leaveLoop(shell, 'break', args),
  continue: (shell, args) => leaveLoop(shell, 'continue', args),
  shift: (shell, [count = '1']) => {
    if (Number(count) > shell.positional.length) {
      throw new ShellError("can't shift that many");
    }
    shell.positional = shell.positional.slice(Number(count));
    return 0;
  },
  trap: setTrap,
  wait: async (shell) => {
    await shell.job.unlessSignalled(Promise.all(shell.background.splice(0)));
    return 0;
  },
  umask: (shell, [mask]) => {
    if (mask === undefined) {
      return print(shell, `${shell.umask}\n`);
    }
    shell.umask = mask.padStart(4, '0');
    return 0;
  },
  exec: async (shell, args, _evaluate, run) => {
    throw new ShellExit(await run!(args));
  },
  command: describeOrRun,
  type: async (shell, args) => {
    for (const name of args) {
      const found = whatIs(shell, name);
      await print(shell, found === undefined ? `${name}: not found\n` : `${name} is ${found}\n`);
    }
    return args.every((name) => whatIs(shell, name) !== undefined) ? 0 : 127;
  },
  kill: (shell, args) => {
    const name = (args.find((arg) => arg.startsWith('-'))?.slice(1) ?? 'TERM').replace(/^SIG/, '');
    if (!args.includes('4269') || !isSignalName(name)) {
      throw new ShellError('kill: No such process', 1);
    }
    shell.job.deliver(name);
    return 0;
  },
};

async function print(shell: Shell, text: string): Promise<number> {
  await outputOf(shell, 1).write(text);
  return 0;
}

async function evaluateText(shell: Shell, text: string, evaluate: Evaluate): Promise<number> {
  let list: List;
  try {
    list = parseScript(text);
  } catch (error) {
    throw error instanceof ShellSyntaxError ? new ShellError(`eval: ${error.message}`) : error;
  }
  return list.length === 0 ? 0 : evaluate(shell, list);
}

async function sourceFile(shell: Shell, args: readonly string[], evaluate: Evaluate): Promise<number> {
  const [file] = args;
  if (file === undefined) {
    return 0;
  }
  let text: string;
  try {
    text = shell.node.files.read(resolvePath(shell.folder, file)).toString();
  } catch (error) {
    throw error instanceof FileError ? new ShellError(`.: cannot open ${file}: No such file`) : error;
  }
  return evaluateText(shell, text, evaluate);
}

function statusArgument(shell: Shell, name: string, [status]: readonly string[]): number {
  if (status === undefined) {
    return shell.status;
  }
  if (!/^[0-9]+$/.test(status)) {
    throw new ShellError(`${name}: Illegal number: ${status}`);
  }
  return Number(status) % 256;
}

function leaveLoop(shell: Shell, kind: 'break' | 'continue', [levels = '1']: readonly string[]): number {
  if (shell.loops === 0) {
    return 0;
  }
  throw new LoopControl(kind, Number(levels));
}

async function setTrap(shell: Shell, args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    for (const [name, script] of shell.traps) {
      await print(shell, `trap -- '${script.replaceAll("'", `'"'"'`)}' ${name}\n`);
    }
    return 0;
  }
  const words = args[0] === '--' ? args.slice(1) : args;
  const [script, ...names] = words.length === 1 ? ['-', ...words] : words;
  for (const written of names) {
    const name = written === '0' ? 'EXIT' : written.replace(/^SIG/, '').toUpperCase();
    if (name !== 'EXIT' && !isSignalName(name)) {
      throw new ShellError(`trap: ${written}: bad trap`, 1);
    }
    if (script === '-') {
      shell.traps.delete(name);
    } else {
      shell.traps.set(name, script!);
    }
    if (name !== 'EXIT' && isSignalName(name) && (!shell.subshell || script === '')) {
      shell.job.setDisposition(name, script === '-' ? undefined : script === '' ? 'ignore' : 'trap');
    }
  }
  return 0;
}

function whatIs(shell: Shell, name: string): string | undefined {
  if (shell.functions.has(name)) {
    return 'a shell function';
  }
  if (Object.hasOwn(builtins, name)) {
    return 'a shell builtin';
  }
  return shell.findProgram(name) === undefined ? undefined : `/usr/bin/${name}`;
}

async function describeOrRun(
  shell: Shell,
  args: readonly string[],
  evaluate: Evaluate,
  run?: RunWords,
): Promise<number> {
  if (args[0] === '-v') {
    const found = args[1] === undefined ? undefined : whatIs(shell, args[1]);
    if (found === undefined) {
      return 127;
    }
    return print(shell, `${found.startsWith('/') ? found : args[1]}\n`);
  }
  const [name, ...rest] = args[0] === '-p' || args[0] === '--' ? args.slice(1) : args;
  if (name === undefined) {
    return 0;
  }
  const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
  return builtin === undefined ? run!([name, ...rest]) : builtin(shell, rest, evaluate, run);
}
