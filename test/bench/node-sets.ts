// Compares the CPU time and the memory of `muster nodes` and `muster fold` with ClusterShell's nodeset and clubak:
//   bin/node test/bench/node-sets.ts [ROUNDS]
// Both tools alternate in each round; a row holds medians of whole processes, start-up included.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTool } from '../support/require-tool.ts';
import { makeInputs } from './node-set-inputs.ts';

const rounds = Number(process.argv[2] ?? 3);
const muster = fileURLToPath(new URL('../../bin/muster', import.meta.url));
const measureScript = fileURLToPath(new URL('measure.py', import.meta.url));
// Debian's own: a wrapper of another one would start processes of its own.
const python = '/usr/bin/python3';
const tools = { nodes: findTool('nodeset', 'clustershell'), fold: findTool('clubak', 'clustershell') };
const folder = mkdtempSync(join(tmpdir(), 'muster-bench-'));

interface Case {
  readonly name: string;
  readonly command: 'nodes' | 'fold';
  readonly args: readonly string[];
  readonly input?: string;
}

interface Measured {
  readonly cpuSeconds: number;
  readonly peakKiB: number;
}

function measure(program: string, args: readonly string[], input: string): Measured {
  const answer = execFileSync(python, [measureScript, input, program, ...args], { encoding: 'utf8' });
  const [cpu = 0, peak = 0, status = -1] = answer.split(' ').map(Number);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return { cpuSeconds: cpu, peakKiB: peak };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function row({ name, command, args, input = '/dev/null' }: Case): string {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(measure(muster, [command, ...args], input));
    theirs.push(measure(tools[command]!, args, input));
  }
  const cpu = [ours, theirs].map((side) => median(side.map(({ cpuSeconds }) => cpuSeconds)));
  const peak = [ours, theirs].map((side) => median(side.map(({ peakKiB }) => peakKiB)) / 1024);
  const cells = [
    name,
    cpu[0]!.toFixed(2),
    cpu[1]!.toFixed(2),
    (cpu[0]! / cpu[1]!).toFixed(3),
    peak[0]!.toFixed(0),
    peak[1]!.toFixed(0),
    (peak[0]! / peak[1]!).toFixed(2),
  ];
  return `| ${cells.join(' | ')} |`;
}

try {
  const inputs = await makeInputs(folder);
  const million = 'node[1-1000000]';
  const cases: Case[] = [
    { name: '`-f` of two names', command: 'nodes', args: ['-f', 'node1', 'node2'] },
    { name: '`-f`, 100 000 shuffled names', command: 'nodes', args: ['-f'], input: inputs.names1e5 },
    { name: '`-f`, 1 000 000 shuffled names', command: 'nodes', args: ['-f'], input: inputs.names1e6 },
    { name: '`-f`, 300 000 of 1 000 000 names', command: 'nodes', args: ['-f'], input: inputs.sparse },
    {
      name: '`-f`, 10 000 names of two dimensions',
      command: 'nodes',
      args: ['-f'],
      input: inputs.twoDimensions,
    },
    { name: '`-e` of 1 000 000', command: 'nodes', args: ['-e', million] },
    { name: '`-c` of 1 000 000', command: 'nodes', args: ['-c', million] },
    {
      name: '`-f A -i B`, 1 000 000 each',
      command: 'nodes',
      args: ['-f', million, '-i', 'node[500000-1500000]'],
    },
    {
      name: '`-f A -x B`, 1 000 000 each',
      command: 'nodes',
      args: ['-f', million, '-x', 'node[500000-1500000]'],
    },
    {
      name: '`-r` over 1000 groups',
      command: 'nodes',
      args: ['--groupsconf', inputs.groups, '-r', 'node[10-10009]'],
    },
    { name: '`fold -b`, 1000 × 1000 lines, all the same', command: 'fold', args: ['-b'], input: inputs.same },
    { name: '`fold -b`, four groups', command: 'fold', args: ['-b'], input: inputs.four },
    { name: '`fold -b`, all different', command: 'fold', args: ['-b'], input: inputs.distinct },
  ];
  console.log('| case | muster CPU s | ClusterShell CPU s | ratio | muster MiB | ClusterShell MiB | ratio |');
  console.log('|---|---|---|---|---|---|---|');
  for (const one of cases) console.log(row(one));
} finally {
  rmSync(folder, { recursive: true });
}
