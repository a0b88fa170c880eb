/** Random node set expressions from a seed: the same seed gives the same texts. */
export interface RandomNodeSets {
  expression(): string;
  /** A number of 0 … below `limit`. */
  number(limit: number): number;
}

export function randomNodeSets(seed: number): RandomNodeSets {
  let state = seed >>> 0;
  const number = (limit: number): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  const oneOf = <T>(choices: readonly T[]): T => choices[number(choices.length)]!;
  const padded = (value: number, width: number): string => String(value).padStart(width, '0');

  const range = (): string => {
    const width = oneOf([1, 1, 1, 2, 3]);
    const from = number(12);
    const kind = number(6);
    if (kind < 2) return padded(from, width);
    const to = from + number(9);
    const step = kind === 5 ? `/${1 + number(3)}` : '';
    return `${padded(from, width)}-${padded(to, width)}${step}`;
  };
  const bracket = (): string => `[${Array.from({ length: 1 + number(3) }, range).join(',')}]`;
  /** muster refuses negative ranges that digits touch: ClusterShell makes nonsense of them. */
  const negative = (): string => `[-${1 + number(3)}-${number(4)},${range()}]`;
  const name = (): string => {
    const dimensions = oneOf([1, 1, 1, 2, 2, 3]);
    const texts = ['n', 'db', 'rack', '-', '.x', 'a'];
    let text = oneOf(['n', 'node', 'db', 'a-']);
    for (let dimension = 0; dimension < dimensions; dimension += 1) {
      const roll = number(10);
      text +=
        roll < 3 ? padded(number(15), oneOf([1, 1, 2])) : roll < 9 ? bracket() : `${number(9)}${bracket()}`;
      if (roll === 3 && number(5) === 0) text += `-${negative()}`;
      if (dimension + 1 < dimensions || number(6) === 0) text += oneOf(texts);
    }
    return number(12) === 0 ? oneOf(['login', 'x', 'gw']) : text;
  };
  /** Sets of one pattern and several dimensions, close to each other: what folding them comes to is the hard part. */
  const related = (): string => {
    const dimensions = oneOf([1, 2, 2, 3]);
    const bounds = oneOf([4, 12, 15]);
    const axis = (): string => {
      const width = oneOf([1, 1, 1, 2]);
      const from = number(bounds);
      return number(2) === 0
        ? padded(from, width)
        : `${padded(from, width)}-${padded(from + number(width === 1 ? 9 : 4), width)}`;
    };
    const item = (): string => {
      const parts = Array.from({ length: 1 + number(2) }, axis);
      return parts.length === 1 && !parts[0]!.includes('-') ? parts[0]! : `[${parts.join(',')}]`;
    };
    const one = (): string =>
      `n${Array.from({ length: dimensions }, item).join('-')}${number(30) === 0 ? 'x' : ''}`;
    let text = one();
    for (let more = 1 + number(5); more > 0; more -= 1) {
      text += `${oneOf([',', ',', ',', '!', '&', '^', '^'])}${one()}`;
    }
    return text;
  };
  return {
    number,
    expression() {
      if (number(2) === 0) return related();
      let text = name();
      for (let more = number(4); more > 0; more -= 1) text += `${oneOf([',', ',', '!', '&', '^'])}${name()}`;
      return text;
    },
  };
}
