import { echoText, formatText } from '../sh/print.ts';
import { ShellError } from '../sh/shell.ts';
import type { ProgramContext } from '../sh/shell.ts';
import { test as evaluateTest } from '../sh/test-expression.ts';

/** What the shell does itself, as programs: for `sudo test -f …`, `exec echo …`. */
export async function echo({ args, stdout }: ProgramContext): Promise<number> {
  await stdout.write(echoText(args));
  return 0;
}

export async function printf({ args, stdout }: ProgramContext): Promise<number> {
  const [format = '', ...rest] = args;
  await stdout.write(formatText(format, rest));
  return 0;
}

export async function pwd({ folder, stdout }: ProgramContext): Promise<number> {
  await stdout.write(`${folder}\n`);
  return 0;
}

export async function test(context: ProgramContext): Promise<number> {
  const { args, stderr, name } = context;
  try {
    return evaluateTest(context, name === '[' ? args.slice(0, -1) : args, name);
  } catch (error) {
    if (error instanceof ShellError) {
      await stderr.write(`${error.message}\n`);
      return error.status;
    }
    throw error;
  }
}

export const succeed = (): number => 0;
export const fail = (): number => 1;
