import type { GrowthPlot } from './growth.ts';

const width = 640;
const height = 360;
const margin = { left: 56, right: 16, top: 32, bottom: 44 };
const colours = ['#1f6feb', '#d1242f', '#57606a'];

/** Points and fitted lines on logarithmic axes: lines side by side differ by a factor, a slope of 1 is linear growth. */
export function plotSvg({ title, unit, lines }: GrowthPlot): string {
  const points = lines.flatMap((line) => line.points);
  const sizes = decades(points.map(({ size }) => size));
  const costs = decades(points.map(({ cpu }) => cpu));
  const scale = (value: number, [from, to]: readonly [number, number], length: number) =>
    ((Math.log10(value) - from) / (to - from)) * length;
  const x = (size: number) => round(margin.left + scale(size, sizes, width - margin.left - margin.right));
  const y = (cpu: number) =>
    round(height - margin.bottom - scale(cpu, costs, height - margin.top - margin.bottom));
  const label = (at: number, from: number, anchor: string, text: string) =>
    `<text x="${at}" y="${from}" text-anchor="${anchor}">${text}</text>`;

  const grid = [
    ...ticks(sizes).map(
      (size) =>
        `<path class="grid" d="M${x(size)} ${margin.top}V${height - margin.bottom}"/>${label(x(size), height - margin.bottom + 16, 'middle', String(size))}`,
    ),
    ...ticks(costs).map(
      (cpu) =>
        `<path class="grid" d="M${margin.left} ${y(cpu)}H${width - margin.right}"/>${label(margin.left - 6, y(cpu) + 4, 'end', String(cpu))}`,
    ),
  ];
  const series = lines.map(({ tool, points: own, slope, start }, at) => {
    const colour = colours[at % colours.length]!;
    const ends = own.map(({ size }) => size);
    const steps = Array.from({ length: 33 }, (_, step) => {
      const size = Math.min(...ends) * (Math.max(...ends) / Math.min(...ends)) ** (step / 32);
      return { size, cpu: start + slope * size };
    }).filter(({ cpu }) => cpu >= 10 ** costs[0]);
    const path = steps
      .map(({ size, cpu }, index) => `${index === 0 ? 'M' : 'L'}${x(size)} ${y(cpu)}`)
      .join('');
    const dots = own.map(
      ({ size, cpu }) => `<circle cx="${x(size)}" cy="${y(cpu)}" r="3.5" fill="${colour}"/>`,
    );
    const name = `<text x="${margin.left + 12}" y="${margin.top + 18 + at * 18}" style="fill:${colour}">${tool}</text>`;
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots.join('')}${name}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<style>text{fill:#57606a}.grid{stroke:#8884;fill:none}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${label(width / 2, 20, 'middle', title)}
${label(width / 2, height - 8, 'middle', unit)}
${grid.join('\n')}
${series.join('\n')}
</svg>
`;
}

/** Exponents of ten around all values. */
function decades(values: readonly number[]): readonly [number, number] {
  return [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
}

function ticks([from, to]: readonly [number, number]): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => Number((10 ** (from + at)).toPrecision(1)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
