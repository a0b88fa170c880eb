import { FileError, resolvePath } from '../file-tree.ts';
import { homes } from '../make-nodes.ts';
import { Killed } from '../sh/job.ts';
import type { ProgramContext } from '../sh/shell.ts';

/** `sh -c text [name words]`, `sh -s`, `sh file`. */
export async function sh(context: ProgramContext): Promise<number> {
  const { args, name, stderr, node, folder } = context;
  const [first, ...rest] = args;
  // -l and -e and the like before -c are read as one word: -lc, -ec.
  if (first !== undefined && /^-[a-z]*c$/.test(first)) {
    const [text, zero = name, ...positional] = rest;
    if (text === undefined) {
      await stderr.write(`${name}: 0: -c requires an argument\n`);
      return 2;
    }
    const prefix = first.includes('e') ? 'set -e\n' : '';
    return context.runScript(prefix + text, zero, positional);
  }
  if (first === undefined || first === '-' || first === '-s' || first === '-l') {
    const text = (await context.stdin.readAll()).toString();
    return context.runScript(text, name, rest[0] === '--' ? rest.slice(1) : rest);
  }
  try {
    return await context.runScript(node.files.read(resolvePath(folder, first)).toString(), first, rest);
  } catch (error) {
    if (error instanceof FileError) {
      await stderr.write(`${name}: 0: cannot open ${first}: No such file\n`);
      return 2;
    }
    throw error;
  }
}

/** `sudo [-n] [-u user] command`: nobody has to give a password here. */
export async function sudo(context: ProgramContext): Promise<number> {
  let user = 'root';
  const words = [...context.args];
  while (words[0]?.startsWith('-') === true) {
    const option = words.shift();
    if (option === '-u') {
      user = words.shift() ?? '';
    } else if (option === '--') {
      break;
    } else if (!['-n', '-H', '-E', '-S', '-i', '-k', '-v'].includes(option!)) {
      await context.stderr.write(`sudo: invalid option -- '${option!.replace(/^-+/, '')}'\n`);
      return 1;
    }
  }
  const home = homes.get(user);
  if (home === undefined) {
    await context.stderr.write(`sudo: unknown user: ${user}\n`);
    return 1;
  }
  if (words.length === 0) {
    return 0;
  }
  const changes = [
    ['HOME', home],
    ['USER', user],
    ['LOGNAME', user],
    ['SUDO_USER', context.user],
  ] as const;
  const environment = new Map([...context.environment, ...changes]);
  return context.runCommand(words, { user, environment });
}

/** `env [-i] [-0] [name=value]… [command]`. */
export async function env(context: ProgramContext): Promise<number> {
  const words = [...context.args];
  let environment = new Map(context.environment);
  let end = '\n';
  while (words[0]?.startsWith('-') === true) {
    const option = words.shift()!;
    if (option === '-i' || option === '-') {
      environment = new Map();
    } else if (option === '-0') {
      end = '\0';
    } else {
      await context.stderr.write(`env: invalid option -- '${option.replace(/^-+/, '')}'\n`);
      return 125;
    }
  }
  for (let found = assignment(words[0]); found !== undefined; found = assignment(words[0])) {
    environment.set(found[0], found[1]);
    words.shift();
  }
  if (words.length > 0) {
    return context.runCommand(words, { environment });
  }
  for (const [name, value] of environment) {
    await context.stdout.write(`${name}=${value}${end}`);
  }
  return 0;
}

function assignment(word: string | undefined): [string, string] | undefined {
  const at = word?.indexOf('=') ?? -1;
  return at > 0 ? [word!.slice(0, at), word!.slice(at + 1)] : undefined;
}

export async function printenv({ args, environment, stdout }: ProgramContext): Promise<number> {
  if (args.length === 0) {
    for (const [name, value] of environment) {
      await stdout.write(`${name}=${value}\n`);
    }
    return 0;
  }
  for (const name of args) {
    if (environment.has(name)) {
      await stdout.write(`${environment.get(name)!}\n`);
    }
  }
  return args.every((name) => environment.has(name)) ? 0 : 1;
}

/** `sleep 1 0.5 2m`: really waits, unless a signal comes. */
export async function sleep({ args, stderr, job }: ProgramContext): Promise<number> {
  const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
  let seconds = 0;
  const usage = "Try 'sleep --help' for more information.\n";
  if (args.length === 0) {
    await stderr.write(`sleep: missing operand\n${usage}`);
    return 1;
  }
  for (const arg of args) {
    const [, number, unit] = /^([0-9]*\.?[0-9]+|infinity)([smhd]?)$/.exec(arg) ?? [];
    if (number === undefined) {
      await stderr.write(`sleep: invalid time interval '${arg}'\n${usage}`);
      return 1;
    }
    seconds += (number === 'infinity' ? 1e9 : Number(number)) * units[unit!]!;
  }
  const end = Date.now() + seconds * 1000;
  for (let rest = seconds * 1000; rest > 0; rest = end - Date.now()) {
    await job.sleep(Math.min(rest, 2 ** 31 - 1));
  }
  return 0;
}

/** `timeout seconds command`: 124 when the time is over. */
export async function timeout(context: ProgramContext): Promise<number> {
  const words = [...context.args];
  while (words[0]?.startsWith('-') === true) {
    const option = words.shift()!;
    if ((option === '-s' || option === '-k') && words.length > 0) {
      words.shift();
    }
  }
  const [limit, ...command] = words;
  const seconds = Number(limit?.replace(/s$/, ''));
  if (command.length === 0 || !Number.isFinite(seconds)) {
    await context.stderr.write('timeout: missing operand\n');
    return 125;
  }
  const job = context.job.child();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    job.deliver('TERM');
  }, seconds * 1000);
  try {
    return await context.runCommand(command, { job });
  } catch (error) {
    if (error instanceof Killed && isLate) {
      return 124;
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

export function nohup(context: ProgramContext): Promise<number> {
  context.job.setDisposition('HUP', 'ignore');
  return context.runCommand(context.args);
}

export async function which(context: ProgramContext): Promise<number> {
  let status = 0;
  for (const name of context.args) {
    if (context.hasProgram(name)) {
      await context.stdout.write(`/usr/bin/${name}\n`);
    } else {
      status = 1;
    }
  }
  return status;
}
