import type { DemoNode, DemoPackage } from '../node.ts';
import type { ProgramContext } from '../sh/shell.ts';
import { restartServer } from './services.ts';

const mirror = 'http://apt.postgresql.org/pub/repos/apt stretch-pgdg';

/** `apt-get update`, `upgrade [-y]`, `install [-y] [--only-upgrade] package…`. */
export async function aptGet(context: ProgramContext): Promise<number> {
  const words = context.args.filter((arg) => !arg.startsWith('-'));
  const [action, ...wanted] = words;
  switch (action) {
    case 'update':
      return locked(context, () => update(context));
    case 'upgrade':
    case 'dist-upgrade':
      return locked(context, () => upgrade(context, upgradable(context.node), []));
    case 'install':
      return install(context, wanted);
    case 'clean':
    case 'autoremove':
      return 0;
    default:
      await context.stderr.write(`E: Invalid operation ${action ?? ''}\n`);
      return 100;
  }
}

/** `apt list --upgradable`, and what apt-get does. */
export async function apt(context: ProgramContext): Promise<number> {
  if (context.args[0] !== 'list') {
    return aptGet(context);
  }
  await context.stderr.write(
    '\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n',
  );
  const shown = context.args.includes('--upgradable') ? upgradable(context.node) : context.node.packages;
  const lines = shown.map((item) => {
    const state = item.installed === item.candidate ? '[installed]' : `[upgradable from: ${item.installed}]`;
    return `${item.name}/${item.candidate.includes('pgdg') ? 'stretch-pgdg' : 'stable'} ${item.candidate} amd64 ${state}\n`;
  });
  await context.stdout.write(`Listing... Done\n${lines.join('')}`);
  return 0;
}

/** `apt-cache policy package…`. */
export async function aptCache({ args, node, stdout, stderr }: ProgramContext): Promise<number> {
  const [action, ...names] = args;
  if (action !== 'policy') {
    await stderr.write(`E: Invalid operation ${action ?? ''}\n`);
    return 100;
  }
  for (const name of names) {
    const item = node.packages.find((item) => item.name === name);
    if (item === undefined) {
      await stderr.write(`N: Unable to locate package ${name}\n`);
      continue;
    }
    const source = `500 ${item.candidate.includes('pgdg') ? mirror : 'http://mirror.example/debian stretch'}/main amd64 Packages`;
    const table =
      item.installed === item.candidate
        ? ` *** ${item.installed} 500\n        ${source}\n        100 /var/lib/dpkg/status\n`
        : `     ${item.candidate} 500\n        ${source}\n *** ${item.installed} 100\n        100 /var/lib/dpkg/status\n`;
    await stdout.write(
      `${name}:\n  Installed: ${item.installed}\n  Candidate: ${item.candidate}\n  Version table:\n${table}`,
    );
  }
  return 0;
}

function upgradable(node: DemoNode): DemoPackage[] {
  return node.packages.filter(({ installed, candidate }) => installed !== candidate);
}

/** One apt-get at a time, as on a real host. */
async function locked(context: ProgramContext, body: () => Promise<number>): Promise<number> {
  const { node, stderr } = context;
  if (node.packageLock) {
    await stderr.write(
      `E: Could not get lock /var/lib/dpkg/lock - open (11: Resource temporarily unavailable)
E: Unable to lock the administration directory (/var/lib/dpkg/), is another process using it?
`,
    );
    return 100;
  }
  node.packageLock = true;
  try {
    return await body();
  } finally {
    node.packageLock = false;
  }
}

async function update({ stdout, job, node }: ProgramContext): Promise<number> {
  const hits = [
    'http://mirror.example/debian stretch',
    'http://security.debian.org/debian-security stretch/updates',
    mirror,
  ];
  for (const [at, hit] of hits.entries()) {
    await job.sleep(80);
    await stdout.write(`Hit:${at + 1} ${hit} InRelease\n`);
  }
  await stdout.write('Reading package lists... Done\n');
  node.packageListsAt = new Date();
  return 0;
}

async function install(context: ProgramContext, wanted: readonly string[]): Promise<number> {
  const chosen: DemoPackage[] = [];
  const present: DemoPackage[] = [];
  for (const word of wanted) {
    const [name, version] = word.split('=');
    const item = context.node.packages.find((item) => item.name === name);
    if (item === undefined) {
      await context.stderr.write(`E: Unable to locate package ${name}\n`);
      return 100;
    }
    if (version !== undefined && version !== item.candidate && version !== item.installed) {
      await context.stderr.write(`E: Version '${version}' for '${name}' was not found\n`);
      return 100;
    }
    (item.installed === item.candidate || version === item.installed ? present : chosen).push(item);
  }
  // The server's package depends on its client, and that on the library, in the same version or a newer one.
  const withServer = chosen.some(({ name }) => name === 'postgresql-9.6');
  const dependencies = withServer ? upgradable(context.node).filter((item) => !chosen.includes(item)) : [];
  return locked(context, () => upgrade(context, [...dependencies, ...chosen], present));
}

async function upgrade(
  context: ProgramContext,
  packages: readonly DemoPackage[],
  present: readonly DemoPackage[],
): Promise<number> {
  const { stdout, job, node, args } = context;
  await stdout.write('Reading package lists...\nBuilding dependency tree...\nReading state information...\n');
  for (const item of present) {
    await stdout.write(`${item.name} is already the newest version (${item.installed}).\n`);
  }
  if (!args.includes('install')) {
    await stdout.write('Calculating upgrade...\n');
  }
  const names = packages.map(({ name }) => name).sort();
  if (names.length > 0) {
    await stdout.write(`The following packages will be upgraded:\n  ${names.join(' ')}\n`);
  }
  await stdout.write(`${names.length} upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n`);
  if (names.length === 0) {
    return 0;
  }
  if (!(await agreed(context))) {
    await stdout.write('Abort.\n');
    return 1;
  }
  for (const [at, item] of packages.entries()) {
    await job.sleep(60);
    await stdout.write(`Get:${at + 1} ${mirror}/main amd64 ${item.name} amd64 ${item.candidate}\n`);
  }
  for (const item of packages) {
    await job.sleep(90);
    await stdout.write(
      `Preparing to unpack .../${item.name}_${item.candidate}_amd64.deb ...\nUnpacking ${item.name} (${item.candidate}) over (${item.installed}) ...\n`,
    );
  }
  for (const item of packages) {
    await job.sleep(120);
    await stdout.write(`Setting up ${item.name} (${item.candidate}) ...\n`);
    item.installed = item.candidate;
    if (item.name === 'postgresql-9.6') {
      restartServer(node);
    }
  }
  await stdout.write('Processing triggers for libc-bin (2.24-11+deb9u4) ...\n');
  return 0;
}

/** Without -y apt asks; end of input, as when nobody is there, means no. */
async function agreed({ args, stdin, stdout }: ProgramContext): Promise<boolean> {
  if (args.some((arg) => /^-[a-z]*y|^--yes$|^--assume-yes$/.test(arg))) {
    return true;
  }
  await stdout.write('Do you want to continue? [Y/n] ');
  const { line, ended } = await stdin.readLine();
  return /^y(?:es)?$/i.test(line) || (line === '' && !ended);
}
