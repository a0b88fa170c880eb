/** Random group configurations that both programs must understand alike. */
export interface GeneratedGroups {
  readonly conf: string;
  /** Name below the folder of groups.conf → text. */
  readonly files: Readonly<Record<string, string>>;
  someSets(random: Random, count: number): string[];
  someExpressions(random: Random, count: number): string[];
}

export interface Random {
  below(bound: number): number;
  pick<T>(items: readonly T[]): T;
}

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  return { below, pick: (items) => items[below(items.length)]! };
}

const nodeNames = ['n', 'db', 'lb0', 'rack1-n', 'x'];
const groupNames = [
  'web',
  'db',
  '69',
  '70',
  '71',
  '070',
  'rack1',
  'rack2',
  'rack10',
  'r1-a',
  'r1-b',
  'Old',
  'a.b',
  'empty',
];

export function generateGroups(random: Random): GeneratedGroups {
  const sources = ['roles', 'cluster', 'up', 'up2'].slice(0, 2 + random.below(3));
  const files: Record<string, string> = {};
  const conf = [`[Main]`, 'autodir: $CFGDIR/groups.d'];
  if (random.below(3) > 0) {
    conf.push(`default: ${random.pick(sources)}`);
  }
  const known: string[] = [];

  for (const source of sources) {
    const groups = new Map<string, string>();
    const used: string[] = [];
    for (const name of groupNames.filter(() => random.below(2) === 0)) {
      groups.set(name, name === 'empty' ? '' : value(random, used, known));
      used.push(`@${name}`);
      known.push(`@${source}:${name}`);
    }
    if (groups.size === 0) {
      groups.set('web', 'n1');
    }
    if (random.below(3) === 0) {
      groups.set('all', nodes(random));
    }
    if (source.startsWith('up')) {
      files[`${source}.txt`] = [...groups].map(([name, text]) => `${name}: ${text}\n`).join('');
      conf.push(...upcalls(random, source, groups.has('all')));
    } else {
      files[`groups.d/${source}.yaml`] = yamlText(random, source, groups);
    }
  }
  return {
    conf: `${conf.join('\n')}\n`,
    files,
    someSets: (random, count) => Array.from({ length: count }, () => nodes(random)),
    someExpressions: (random, count) =>
      Array.from({ length: count }, () => {
        const terms = Array.from({ length: 1 + random.below(4) }, () =>
          random.below(3) === 0 || known.length === 0 ? nodes(random) : random.pick(known),
        );
        return terms.reduce((text, term) => `${text}${random.pick([',', ',', '!', '&', '^'])}${term}`);
      }),
  };
}

function value(random: Random, used: readonly string[], known: readonly string[]): string {
  const terms = Array.from({ length: 1 + random.below(2) }, () => nodes(random));
  if (used.length > 0 && random.below(4) === 0) {
    terms.push(random.pick(used));
  }
  if (known.length > 0 && random.below(5) === 0) {
    terms.push(random.pick(known));
  }
  return terms.join(random.pick([',', ' ', ',']));
}

function nodes(random: Random): string {
  return Array.from({ length: 1 + random.below(3) }, () => {
    // Below ten: after "lb0" a second digit would be a range of mixed padding, an error on both sides.
    const start = 1 + random.below(5);
    const name = random.pick(nodeNames);
    return random.below(3) === 0 ? `${name}${start}` : `${name}[${start}-${start + 1 + random.below(4)}]`;
  }).join(',');
}

function upcalls(random: Random, source: string, hasAll: boolean): string[] {
  const file = '$CFGDIR/$SOURCE.txt';
  const lines = [
    `[${source}]`,
    `map: sed -n 's/^$GROUP: //p' ${file}`,
    `list = sed -n 's/^\\([^:]*\\):.*/\\1/p' ${file}`,
  ];
  if (hasAll && random.below(2) === 0) {
    lines.push(`all: sed -n 's/^all: //p' ${file}`);
  }
  return lines;
}

function yamlText(random: Random, source: string, groups: ReadonlyMap<string, string>): string {
  const lines = [...groups].map(([name, text]) => {
    const shown =
      text.includes(' ') && random.below(2) === 0
        ? `[${text.split(' ').map(quoted).join(', ')}]`
        : quoted(text);
    return `  ${quoted(name)}: ${shown}`;
  });
  return [`${source}:`, ...lines, ''].join('\n');
}

function quoted(text: string): string {
  return `'${text}'`;
}
