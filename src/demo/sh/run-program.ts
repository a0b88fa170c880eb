import { FileError } from '../file-tree.ts';
import { BrokenPipe, Interrupted, signalNumbers } from './job.ts';
import { parseScript } from './parse.ts';
import {
  complain,
  environmentOf,
  outputOf,
  ShellError,
  stdinOf,
  subshellOf,
  withDescriptor,
} from './shell.ts';
import type { ProgramContext, Shell } from './shell.ts';
import type { List } from './syntax.ts';
import { ShellSyntaxError } from './syntax.ts';

/** Runs a list in a shell of its own to its end. */
export type RunChild = (shell: Shell, list: List) => Promise<number>;

/** Runs a program of the node with the shell's descriptors; 127 when there is none of that name. */
export async function runProgram(
  shell: Shell,
  name: string,
  args: readonly string[],
  runChild: RunChild,
): Promise<number> {
  const program = shell.findProgram(name.slice(name.lastIndexOf('/') + 1));
  if (program === undefined) {
    await complain(shell, `${shell.evals > 0 ? 'eval: ' : ''}${name}: not found`);
    return 127;
  }
  const stderr = outputOf(shell, 2);
  try {
    return await shell.job.unlessSignalled((async () => program(contextOf(shell, name, args, runChild)))());
  } catch (error) {
    if (error instanceof BrokenPipe) {
      return 128 + signalNumbers.PIPE;
    }
    if (error instanceof Interrupted && !shell.subshell) {
      return 128 + signalNumbers[error.signal];
    }
    if (error instanceof FileError) {
      await stderr.write(`${name}: write error: ${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

function contextOf(shell: Shell, name: string, args: readonly string[], runChild: RunChild): ProgramContext {
  return {
    name,
    args,
    stdin: stdinOf(shell),
    stdout: outputOf(shell, 1),
    stderr: outputOf(shell, 2),
    folder: shell.folder,
    environment: environmentOf(shell),
    user: shell.user,
    node: shell.node,
    job: shell.job,
    hasProgram: (wanted) => shell.findProgram(wanted) !== undefined,
    runScript: (text, scriptName, positional) => {
      const child = subshellOf(shell, {
        name: scriptName,
        positional,
        functions: new Map(),
        options: new Set(),
        variables: new Map([...environmentOf(shell)].map(([key, value]) => [key, { value, exported: true }])),
        tested: 0,
        evals: 0,
        status: 0,
      });
      return runText(child, text, runChild);
    },
    runCommand: (words, { user = shell.user, environment, stdin, job = shell.job } = {}) => {
      const changes = environment === undefined ? {} : { variables: exportedVariables(environment) };
      const descriptors =
        stdin === undefined ? shell.descriptors : withDescriptor(shell, 0, { input: stdin });
      const child = subshellOf(shell, { user, job, descriptors, ...changes });
      return runProgram(child, words[0]!, words.slice(1), runChild);
    },
  };
}

function exportedVariables(environment: ReadonlyMap<string, string>): Shell['variables'] {
  return new Map([...environment].map(([name, value]) => [name, { value, exported: true }]));
}

/** A script's text in a shell; a text that cannot be read is status 2 and dash's message. */
export async function runText(shell: Shell, text: string, runChild: RunChild): Promise<number> {
  let list: List;
  try {
    list = parseScript(text);
  } catch (error) {
    if (error instanceof ShellSyntaxError) {
      shell.line = error.line;
      await complain(shell, error.message);
      return 2;
    }
    throw error;
  }
  try {
    return await runChild(shell, list);
  } catch (error) {
    if (error instanceof ShellError) {
      await complain(shell, error.message);
      return error.status;
    }
    throw error;
  }
}
