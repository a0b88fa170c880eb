import type { Case } from '../compare.ts';
import type { Side } from '../measure.ts';
import { clush, muster } from '../tools.ts';

const section = 'Start-up';
const floors: Side[] = [
  { tool: 'node -e 0', argv: [process.execPath, '-e', '0'] },
  { tool: 'pdsh -V', argv: ['pdsh', '-V'] },
  { tool: 'parallel-ssh --version', argv: ['parallel-ssh', '--version'] },
  { tool: 'ansible --version', argv: ['ansible', '--version'] },
];

export function startUpCases(rounds: number): Case[] {
  const nodeset: Side = { tool: 'nodeset', argv: ['nodeset', '-f', 'node[1-100]'] };
  const version = clush(['--version']);
  return [
    {
      section,
      name: '`--version`',
      sides: [muster(['--version']), version, ...floors],
      rounds,
      goal: { cpu: 0.42 },
    },
    {
      section,
      name: '`run --help`',
      sides: [muster(['run', '--help']), clush(['--help'])],
      rounds,
      goal: { cpu: 0.55 },
    },
    {
      section,
      name: '`nodes -f node[1-100]`',
      sides: [muster(['nodes', '-f', 'node[1-100]']), nodeset],
      rounds,
      goal: { cpu: 0.45 },
    },
  ];
}
