import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

/** Files the benchmark reads, below one folder. */
export interface Inputs {
  readonly names1e5: string;
  readonly names1e6: string;
  readonly sparse: string;
  readonly twoDimensions: string;
  readonly groups: string;
  readonly same: string;
  readonly four: string;
  readonly distinct: string;
}

/** Makes the inputs: shuffled names, names of two dimensions, a source of 1000 groups, 1000 nodes × 1000 lines. */
export async function makeInputs(folder: string): Promise<Inputs> {
  const file = (name: string): string => join(folder, name);
  const inputs: Inputs = {
    names1e5: file('names-1e5'),
    names1e6: file('names-1e6'),
    sparse: file('sparse'),
    twoDimensions: file('two-dimensions'),
    groups: file('groups.conf'),
    same: file('same'),
    four: file('four'),
    distinct: file('distinct'),
  };
  const count = (size: number): number[] => Array.from({ length: size }, (_, index) => index + 1);
  writeFileSync(inputs.names1e5, nodeLines(shuffled(count(100_000))));
  writeFileSync(inputs.names1e6, nodeLines(shuffled(count(1_000_000))));
  writeFileSync(inputs.sparse, nodeLines(shuffled(count(1_000_000)).slice(0, 300_000)));
  const places = shuffled(count(10_000)).map((n) => `rack${n % 100}-node${Math.floor(n / 100)}`);
  writeFileSync(inputs.twoDimensions, `${places.join('\n')}\n`);

  mkdirSync(file('groups.d'));
  writeFileSync(inputs.groups, `[Main]\ndefault: racks\nconfdir:\nautodir: ${file('groups.d')}\n`);
  const racks = count(1000).map((n) => `  rack${n}: 'node[${n * 10}-${n * 10 + 9}]'\n`);
  writeFileSync(join(folder, 'groups.d', 'racks.yaml'), `racks:\n${racks.join('')}`);

  const text = (line: number): string =>
    `line ${line} of some configuration file of the usual width 0123456789`;
  await writeLabelled(inputs.same, (_, line) => text(line));
  await writeLabelled(inputs.four, (node, line) => (line === 500 ? `group ${node % 4}` : text(line)));
  await writeLabelled(inputs.distinct, (node, line) => `${node} ${text(line)}`);
  return inputs;
}

function nodeLines(numbers: readonly number[]): string {
  return numbers.map((number) => `node${number}\n`).join('');
}

/** The same order at every run. */
function shuffled(numbers: number[]): number[] {
  let state = 1;
  for (let last = numbers.length - 1; last > 0; last -= 1) {
    state = (state * 48_271) % 2_147_483_647;
    const place = state % (last + 1);
    [numbers[last], numbers[place]] = [numbers[place]!, numbers[last]!];
  }
  return numbers;
}

async function writeLabelled(path: string, line: (node: number, line: number) => string): Promise<void> {
  const file = createWriteStream(path);
  for (let node = 1; node <= 1000; node += 1) {
    let lines = '';
    for (let at = 0; at < 1000; at += 1) lines += `node${node}: ${line(node, at)}\n`;
    if (!file.write(lines)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}
