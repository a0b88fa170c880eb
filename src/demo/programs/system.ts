import { homes } from '../make-nodes.ts';
import type { ProgramContext } from '../sh/shell.ts';
import { readOptions } from './options.ts';

export async function hostname({ args, node, stdout }: ProgramContext): Promise<number> {
  const text = args[0] === '-f' ? `${node.name}.demo` : args[0] === '-I' ? `${node.address} ` : node.name;
  await stdout.write(`${text}\n`);
  return 0;
}

export async function whoami({ user, stdout }: ProgramContext): Promise<number> {
  await stdout.write(`${user}\n`);
  return 0;
}

const userIds: Readonly<Record<string, number>> = { root: 0, postgres: 107, demo: 1000 };

export async function id({ args, user, stdout, stderr }: ProgramContext): Promise<number> {
  const { flags, operands } = readOptions(args, 'ugnG');
  const name = operands[0] ?? user;
  if (!homes.has(name)) {
    await stderr.write(`id: '${name}': no such user\n`);
    return 1;
  }
  const number = userIds[name]!;
  if (flags.has('u') || flags.has('g') || flags.has('G')) {
    await stdout.write(`${flags.has('n') ? name : number}\n`);
  } else {
    await stdout.write(`uid=${number}(${name}) gid=${number}(${name}) groups=${number}(${name})\n`);
  }
  return 0;
}

export async function uname({ args, node, stdout, stderr }: ProgramContext): Promise<number> {
  const { flags, unknown } = readOptions(args, 'asnrvmo');
  if (unknown !== undefined) {
    await stderr.write(`uname: invalid option -- '${unknown}'\nTry 'uname --help' for more information.\n`);
    return 1;
  }
  const parts: readonly (readonly [string, string])[] = [
    ['s', 'Linux'],
    ['n', node.name],
    ['r', node.kernel.release],
    ['v', node.kernel.build],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ];
  const wanted = flags.size === 0 ? new Set(['s']) : flags;
  const shown = parts.filter(([letter]) => wanted.has('a') || wanted.has(letter)).map(([, text]) => text);
  await stdout.write(`${shown.join(' ')}\n`);
  return 0;
}

export async function uptime({ args, node, stdout }: ProgramContext): Promise<number> {
  const days = Math.floor((Date.now() - node.bootedAt.getTime()) / 86_400_000);
  if (args[0] === '-p') {
    await stdout.write(`up ${Math.floor(days / 7)} weeks, ${days % 7} days\n`);
    return 0;
  }
  const clock = new Date().toISOString().slice(11, 19);
  await stdout.write(` ${clock} up ${days} days,  0:00,  1 user,  load average: 0.42, 0.27, 0.19\n`);
  return 0;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `date [-u] [+format]`, in UTC. */
export async function date({ args, stdout }: ProgramContext): Promise<number> {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  const parts: Readonly<Record<string, string>> = {
    Y: String(now.getUTCFullYear()),
    m: two(now.getUTCMonth() + 1),
    d: two(now.getUTCDate()),
    e: String(now.getUTCDate()).padStart(2),
    H: two(now.getUTCHours()),
    M: two(now.getUTCMinutes()),
    S: two(now.getUTCSeconds()),
    N: `${String(now.getUTCMilliseconds()).padStart(3, '0')}000000`,
    F: now.toISOString().slice(0, 10),
    T: now.toISOString().slice(11, 19),
    s: String(Math.floor(now.getTime() / 1000)),
    a: days[now.getUTCDay()]!,
    b: months[now.getUTCMonth()]!,
    Z: 'UTC',
    z: '+0000',
    '%': '%',
  };
  const format = args.find((arg) => arg.startsWith('+'))?.slice(1) ?? '%a %b %e %H:%M:%S %Z %Y';
  await stdout.write(
    `${format.replaceAll(/%([A-Za-z%])/g, (whole, letter: string) => parts[letter] ?? whole)}\n`,
  );
  return 0;
}

export async function nproc({ stdout }: ProgramContext): Promise<number> {
  await stdout.write('8\n');
  return 0;
}

export async function free({ stdout }: ProgramContext): Promise<number> {
  await stdout.write(`              total        used        free      shared  buff/cache   available
Mem:       16424520     3120180     1204312     2150212    12100028    10823056
Swap:             0           0           0
`);
  return 0;
}

/** node3's data disk is nearly full, for `run -b 'df -h'` to find. */
export async function df({ args, node, stdout }: ProgramContext): Promise<number> {
  const human = args.some((arg) => /^-[a-zA-Z]*h/.test(arg));
  const gib = (value: number) => (human ? `${value}G` : String(value * 1024 * 1024));
  const rows = [['/dev/sda1', 20, 6, '/']] as [string, number, number, string][];
  if (node.cluster !== undefined) {
    rows.push(['/dev/sdb1', 200, node.name === 'node3' ? 187 : 84, '/var/lib/postgresql']);
  }
  let text = human
    ? 'Filesystem      Size  Used Avail Use% Mounted on\n'
    : 'Filesystem     1K-blocks      Used Available Use% Mounted on\n';
  for (const [device, size, used, folder] of rows) {
    const widths = human ? [5, 5, 5] : [10, 9, 9];
    const numbers = [size, used, size - used].map((value, at) => gib(value).padStart(widths[at]!)).join(' ');
    const share = `${Math.ceil((used / size) * 100)}%`;
    text += `${device.padEnd(human ? 15 : 14)} ${numbers} ${share.padStart(4)} ${folder}\n`;
  }
  await stdout.write(text);
  return 0;
}

/** `seq [first [step]] last`. */
export async function seq({ args, stdout, stderr, job }: ProgramContext): Promise<number> {
  const numbers = args.map(Number);
  if (numbers.length === 0 || numbers.length > 3 || numbers.some((number) => Number.isNaN(number))) {
    await stderr.write(
      args.length === 0
        ? 'seq: missing operand\n'
        : `seq: invalid floating point argument: '${args.join(' ')}'\n`,
    );
    return 1;
  }
  const last = numbers.at(-1)!;
  const first = numbers.length === 1 ? 1 : numbers[0]!;
  const step = numbers.length === 3 ? numbers[1]! : 1;
  if (step === 0) {
    await stderr.write("seq: invalid Zero increment value: '0'\n");
    return 1;
  }
  let text = '';
  for (let value = first; step > 0 ? value <= last : value >= last; value += step) {
    text += `${value}\n`;
    if (text.length > 16_384) {
      await job.checkpoint();
      await stdout.write(text);
      text = '';
    }
  }
  await stdout.write(text);
  return 0;
}
