// Compares muster with clush, pdsh, parallel-ssh, ansible and ssh on the same servers and writes docs/benchmarks.md:
//   npm run bench                        # everything
//   npm run bench -- start-up fan-out    # some sections; the page keeps the figures of the others
//   npm run bench -- --rounds 3 --long   # --long: the outputs of 1 GB, on which clush alone takes ten minutes
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { auditCases, packageCache } from './cases/audit.ts';
import { fanOutCases } from './cases/fan-out.ts';
import { outputCases } from './cases/output.ts';
import { shellCases } from './cases/shell.ts';
import { startUpCases } from './cases/start-up.ts';
import { compare, type Case, type Result } from './compare.ts';
import { measureGrowth } from './growth.ts';
import { page, type Measurements } from './page.ts';
import { plotSvg } from './plot.ts';
import { startServers } from './servers.ts';

const sections = ['start-up', 'fan-out', 'shell', 'output', 'audit', 'growth'] as const;
const docs = fileURLToPath(new URL('../../docs', import.meta.url));
const stored = join(docs, 'benchmarks', 'results.json');
const marks = ['<!-- generated: npm run bench -->', '<!-- end -->'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, long: { type: 'boolean', default: false } },
});
const rounds = Number(values.rounds);
const wanted = new Set(positionals.length === 0 ? sections : positionals);
for (const word of wanted) {
  if (!(sections as readonly string[]).includes(word)) {
    throw new Error(`no section ${word}: one of ${sections.join(' ')}`);
  }
}

const before: Measurements = existsSync(stored)
  ? (JSON.parse(readFileSync(stored, 'utf8')) as Measurements)
  : { machine: '', versions: {}, results: [], growth: [] };
let { results, growth } = before;

const servers = await startServers(
  wanted.has('audit') ? [packageCache(join(tmpdir(), 'muster-bench-apt'))] : [],
);
try {
  if (wanted.has('start-up')) await runAll(startUpCases(rounds * 3));
  if (wanted.has('fan-out')) await runAll(fanOutCases(servers, rounds));
  if (wanted.has('shell')) await runAll(shellCases(servers, rounds));
  if (wanted.has('output')) await runAll(await outputCases(servers, rounds, values.long));
  if (wanted.has('audit')) {
    const { cases, stop } = auditCases(servers);
    try {
      await runAll(cases);
    } finally {
      stop();
    }
  }
  if (wanted.has('growth')) {
    await outputCases(servers, rounds, false);
    growth = await measureGrowth(servers, rounds);
    save();
  }
} finally {
  await servers.stop();
}

/** Each result is kept at once: a run that is interrupted has not been for nothing. */
async function runAll(cases: readonly Case[]): Promise<void> {
  for (const one of cases) {
    const result = await compare(one);
    const { ratio } = result;
    const figures = [ratio.cpu, ratio.wall, ratio.memory].map((value) => value.toFixed(3));
    console.log(
      `${result.section}: ${result.name}: CPU ${figures[0]}, wall ${figures[1]}, memory ${figures[2]}`,
    );
    const same = ({ section, name }: Result) => section === result.section && name === result.name;
    const at = results.findIndex(same);
    results = at === -1 ? [...results, result] : results.with(at, result);
    save();
  }
}

function save(): void {
  const measurements: Measurements = { machine: machine(), versions: versions(), results, growth };
  mkdirSync(join(docs, 'benchmarks'), { recursive: true });
  writeFileSync(stored, `${JSON.stringify(measurements, undefined, 1)}\n`);
  for (const plot of growth) writeFileSync(join(docs, 'benchmarks', `${plot.id}.svg`), plotSvg(plot));
  const file = join(docs, 'benchmarks.md');
  const [head = '', rest = ''] = readFileSync(file, 'utf8').split(marks[0]);
  const [, tail = ''] = rest.split(marks[1]);
  writeFileSync(file, `${head}${marks[0]}\n\n${page(measurements)}\n\n${marks[1]}${tail}`);
}

function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, shared with other work`;
}

function versions(): Record<string, string> {
  const ask = (program: string, ...args: string[]): string => {
    const text = execFileSync('/bin/sh', ['-c', '"$@" 2>&1', 'sh', program, ...args], { encoding: 'utf8' });
    return /\d+(?:\.\d+)+\w*/.exec(text)?.[0] ?? '?';
  };
  return {
    'Node.js': process.versions.node,
    clush: ask('clush', '--version'),
    pdsh: ask('pdsh', '-V'),
    'parallel-ssh': ask('parallel-ssh', '--version'),
    'ansible-core': ask('ansible', '--version'),
    OpenSSH: ask('ssh', '-V'),
  };
}
