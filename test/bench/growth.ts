import { measure } from './measure.ts';
import { median } from './compare.ts';
import { nodes, type Servers } from './servers.ts';
import { clush, muster } from './tools.ts';

/** CPU seconds of one tool against a size, with the line that fits them best. */
export interface Growth {
  readonly tool: string;
  readonly points: readonly { readonly size: number; readonly cpu: number }[];
  /** CPU seconds a unit, CPU seconds at zero, and the share of the variance the line explains (R²). */
  readonly slope: number;
  readonly start: number;
  readonly fit: number;
}

export interface GrowthPlot {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Growth[];
}

/** How the cost grows with the nodes (light server, one short answer each) and with the bytes of one node. */
export async function measureGrowth({ light, curve25519 }: Servers, rounds: number): Promise<GrowthPlot[]> {
  const fanOut = (count: number) => ['-b', '-f', '64', '-w', nodes(count), 'uname -r'];
  const bytes = (megabytes: number) => [
    '-w',
    nodes(1),
    `head -c ${megabytes}000000 ${curve25519.folder}/output-100`,
  ];
  const ours = (args: readonly string[], env: Readonly<Record<string, string>>) =>
    muster(['run', ...args], { env });
  return [
    {
      id: 'nodes',
      title: 'CPU seconds against nodes',
      unit: 'nodes',
      lines: [
        await grow('muster', [50, 100, 200, 400, 600, 800, 1000], rounds, (size) =>
          ours(fanOut(size), light.env),
        ),
        await grow('clush', [50, 100, 200, 300], 1, (size) => clush(fanOut(size), { env: light.env })),
      ],
    },
    {
      id: 'bytes',
      title: 'CPU seconds against megabytes of one node, by lines',
      unit: 'MB',
      lines: [
        await grow('muster', [10, 20, 40, 60, 80, 100], rounds, (size) => ours(bytes(size), curve25519.env)),
        await grow('clush', [5, 10, 20], 1, (size) => clush(bytes(size), { env: curve25519.env })),
      ],
    },
  ];
}

async function grow(
  tool: string,
  sizes: readonly number[],
  rounds: number,
  side: (size: number) => ReturnType<typeof muster>,
): Promise<Growth> {
  const measured = new Map<number, number[]>(sizes.map((size) => [size, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const size of sizes) measured.get(size)!.push((await measure(side(size), false)).cpu);
  }
  const points = sizes.map((size) => ({ size, cpu: median(measured.get(size)!) }));
  return { tool, points, ...fitLine(points) };
}

/** Least squares. */
export function fitLine(points: Growth['points']): Pick<Growth, 'slope' | 'start' | 'fit'> {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(({ size }) => size));
  const y = mean(points.map(({ cpu }) => cpu));
  const products = (of: (point: { size: number; cpu: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0);
  const slope = products(({ size, cpu }) => (size - x) * (cpu - y)) / products(({ size }) => (size - x) ** 2);
  const start = y - slope * x;
  const left = products(({ size, cpu }) => (cpu - start - slope * size) ** 2);
  return { slope, start, fit: 1 - left / products(({ cpu }) => (cpu - y) ** 2) };
}
