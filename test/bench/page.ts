import type { Result } from './compare.ts';
import type { GrowthPlot } from './growth.ts';

/** Everything measured so far; a later run of some sections replaces theirs. */
export interface Measurements {
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
  readonly growth: readonly GrowthPlot[];
}

/** The generated part of docs/benchmarks.md. */
export function page({ machine, versions, results, growth }: Measurements): string {
  const sections = [...new Set(results.map(({ section }) => section))];
  return [
    `Machine: ${machine}. ${Object.entries(versions)
      .map(([tool, version]) => `${tool} ${version}`)
      .join(', ')}.`,
    ...sections.map((section) =>
      sectionText(
        section,
        results.filter((one) => one.section === section),
      ),
    ),
    ...(growth.length === 0 ? [] : [growthText(growth)]),
  ].join('\n\n');
}

function sectionText(section: string, results: readonly Result[]): string {
  const head = [
    'case',
    'CPU s: muster',
    'peer',
    'ratio',
    'goal',
    'wall ratio',
    'goal',
    'MiB: muster',
    'peer',
    'other tools, CPU s',
  ];
  return [
    `### ${section}`,
    '',
    `| ${head.join(' | ')} |`,
    `|${'---|'.repeat(head.length)}`,
    ...results.map((result) => `| ${cells(result).join(' | ')} |`),
    '',
    `${[...new Set(results.map(({ day }) => day))].join(', ')}; ${[...new Set(results.map(({ rounds }) => rounds))].join(' or ')} rounds.`,
  ].join('\n');
}

function cells({ name, tools, ratio, goal }: Result): string[] {
  const [ours, peer, ...others] = tools;
  return [
    name,
    seconds(ours!.cpu),
    `${seconds(peer!.cpu)} ${peer!.tool}`,
    `**${short(ratio.cpu)}**`,
    verdict(ratio.cpu, goal?.cpu),
    short(ratio.wall),
    verdict(ratio.wall, goal?.wall),
    mebibytes(ours!.memory),
    mebibytes(peer!.memory),
    others.map(({ tool, cpu }) => `${tool.replace('|', String.raw`\|`)} ${seconds(cpu)}`).join(', '),
  ];
}

function verdict(figure: number, goal: number | undefined): string {
  if (goal === undefined) return '';
  return `≤ ${goal}${figure <= goal ? '' : ' missed'}`;
}

function growthText(growth: readonly GrowthPlot[]): string {
  const rows = growth.flatMap(({ unit, lines }) =>
    lines.map(
      ({ tool, slope, start, fit }) =>
        `| ${tool} | ${unit} | ${(slope * 1000).toFixed(2)} | ${seconds(start)} | ${fit.toFixed(3)} |`,
    ),
  );
  return [
    '### Growth',
    '',
    'A straight line fits both: no cost grows faster than the fleet or the output.',
    '',
    '| tool | against | CPU ms each | CPU s at zero | R² |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    ...growth.map(({ id, title }) => `![${title}](benchmarks/${id}.svg)`),
  ].join('\n');
}

/** 0: not sampled. */
function mebibytes(value: number): string {
  return value === 0 ? '' : value.toFixed(0);
}

function seconds(value: number): string {
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}

function short(value: number): string {
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2);
}
