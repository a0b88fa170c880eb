import type { DemoNode } from '../node.ts';
import type { Job } from './job.ts';
import type { Input, Output } from './streams.ts';
import { discard, Input as InputStream } from './streams.ts';
import type { Command } from './syntax.ts';

export interface Variable {
  value: string;
  exported: boolean;
}

export interface Descriptor {
  readonly input?: Input;
  readonly output?: Output;
}

/** What a program of a demo node is given; it has nothing else, so it cannot reach the machine the demo runs on. */
export interface ProgramContext {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly folder: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly user: string;
  readonly node: DemoNode;
  readonly job: Job;
  hasProgram(name: string): boolean;
  /** A child shell on a script's text. */
  runScript(text: string, name: string, positional: readonly string[]): Promise<number>;
  /** Another program (or function of the shell's commands) with the same descriptors. */
  runCommand(
    words: readonly string[],
    changes?: { user?: string; environment?: ReadonlyMap<string, string>; stdin?: Input; job?: Job },
  ): Promise<number>;
}

/** Returns the exit status. */
export type Program = (context: ProgramContext) => Promise<number> | number;

/** One shell: what a subshell gets a copy of. */
export interface Shell {
  readonly node: DemoNode;
  readonly job: Job;
  readonly user: string;
  readonly findProgram: (name: string) => Program | undefined;
  /** A copy: what is assigned here is not seen outside, signals traps belong to the shell that set them. */
  readonly subshell: boolean;
  /** `$0`, also before the line number in messages. */
  readonly name: string;
  readonly variables: Map<string, Variable>;
  readonly functions: Map<string, Command>;
  readonly options: Set<string>;
  readonly traps: Map<string, string>;
  readonly background: Promise<number>[];
  descriptors: ReadonlyMap<number, Descriptor>;
  positional: readonly string[];
  folder: string;
  status: number;
  /** The line of the command that runs, for messages. */
  line: number;
  /** Above zero: inside a condition, where `set -e` does not apply. */
  tested: number;
  loops: number;
  /** Inside `eval`, which dash names in its messages about commands that are not found. */
  evals: number;
  /** What `local` hid, one map for each function that runs. */
  readonly locals: Map<string, Variable | undefined>[];
  umask: string;
}

/** `exit`. */
export class ShellExit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** `return`. */
export class FunctionReturn extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`return ${status}`);
    this.status = status;
  }
}

/** `break` and `continue`. */
export class LoopControl extends Error {
  readonly kind: 'break' | 'continue';
  readonly levels: number;
  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind);
    this.kind = kind;
    this.levels = levels;
  }
}

/** A mistake of the script that ends the command; printed as `sh: 1: message`. */
export class ShellError extends Error {
  readonly status: number;
  constructor(message: string, status = 2) {
    super(message);
    this.status = status;
  }
}

export function subshellOf(shell: Shell, changes: Partial<Shell> = {}): Shell {
  const variables = new Map([...shell.variables].map(([name, variable]) => [name, { ...variable }]));
  return {
    ...shell,
    variables,
    functions: new Map(shell.functions),
    options: new Set(shell.options),
    traps: new Map(),
    background: [],
    locals: [],
    subshell: true,
    ...changes,
  };
}

const nothing = InputStream.of('');

export function stdinOf(shell: Shell): Input {
  return shell.descriptors.get(0)?.input ?? nothing;
}

/** Descriptor 1 or 2; a closed one swallows. */
export function outputOf(shell: Shell, fd: 1 | 2): Output {
  return shell.descriptors.get(fd)?.output ?? discard;
}

export function withDescriptor(
  shell: Shell,
  fd: number,
  descriptor: Descriptor,
): ReadonlyMap<number, Descriptor> {
  return new Map(shell.descriptors).set(fd, descriptor);
}

export function setVariable(shell: Shell, name: string, value: string, exported?: boolean): void {
  const before = shell.variables.get(name);
  shell.variables.set(name, { value, exported: exported ?? before?.exported ?? false });
}

/** Sets variables back to what they were. */
export function restoreVariables(shell: Shell, saved: ReadonlyMap<string, Variable | undefined>): void {
  for (const [name, variable] of saved) {
    if (variable === undefined) {
      shell.variables.delete(name);
    } else {
      shell.variables.set(name, variable);
    }
  }
}

export function valueOf(shell: Shell, name: string): string | undefined {
  return shell.variables.get(name)?.value;
}

export function environmentOf(shell: Shell): Map<string, string> {
  const environment = new Map<string, string>();
  for (const [name, variable] of shell.variables) {
    if (variable.exported) {
      environment.set(name, variable.value);
    }
  }
  return environment;
}

/** Writes `sh: 1: message` on standard error. */
export async function complain(shell: Shell, message: string): Promise<void> {
  await outputOf(shell, 2).write(`${shell.name}: ${shell.line}: ${message}\n`);
}
