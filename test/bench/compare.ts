import { measure, type Measured, type Side } from './measure.ts';

/** Limits for muster's figure divided by the peer's. */
export interface Goal {
  readonly cpu: number;
  readonly wall?: number;
  readonly memory?: number;
}

export interface Case {
  readonly section: string;
  readonly name: string;
  /** First muster, then its peer; then others, measured in the first round only. */
  readonly sides: readonly [Side, Side, ...Side[]];
  readonly rounds: number;
  readonly goal?: Goal;
  /** Before each round, outside the measurement. */
  readonly prepare?: () => Promise<void>;
  /** The figures are those of this many repetitions after a start that `without` measures alone. */
  readonly later?: { readonly without: Side; readonly times: number };
}

export interface Result {
  readonly section: string;
  readonly name: string;
  /** ISO day. */
  readonly day: string;
  readonly rounds: number;
  readonly goal?: Goal;
  /** Medians of each tool, the pair first. */
  readonly tools: readonly (Measured & { readonly tool: string })[];
  /** Medians of the ratios of each round. */
  readonly ratio: Measured;
}

/** Runs both tools of a case in turn, round after round, and one more round for the memory. */
export async function compare(one: Case): Promise<Result> {
  const [ours, peer, ...others] = one.sides;
  const rounds: [Measured, Measured][] = [];
  const rest: (Measured & { tool: string })[] = [];
  await one.prepare?.();
  for (let round = 0; round < one.rounds; round += 1) {
    // Each goes first in every other round: what the machine does meanwhile hits both.
    const first = round % 2 === 0 ? await measureOurs(one, false) : undefined;
    const theirs = await measure(peer, false);
    rounds.push([first ?? (await measureOurs(one, false)), theirs]);
    if (round > 0) continue;
    for (const side of others) rest.push({ tool: side.tool, ...(await measure(side, false)) });
  }
  // A shell has a session of its own, which is not sampled.
  const memory =
    one.later === undefined
      ? [(await measure(ours, true)).memory, (await measure(peer, true)).memory]
      : [0, 0];
  const of = (key: 'cpu' | 'wall', at: 0 | 1) => median(rounds.map((pair) => pair[at][key]));
  const pair = [ours, peer].map(({ tool }, at) => ({
    tool,
    cpu: of('cpu', at as 0 | 1),
    wall: of('wall', at as 0 | 1),
    memory: memory[at]!,
  }));
  return {
    section: one.section,
    name: one.name,
    day: new Date().toISOString().slice(0, 10),
    rounds: one.rounds,
    ...(one.goal === undefined ? {} : { goal: one.goal }),
    tools: [...pair, ...rest],
    ratio: {
      cpu: median(rounds.map(([a, b]) => a.cpu / b.cpu)),
      wall: median(rounds.map(([a, b]) => a.wall / b.wall)),
      memory: memory[1] === 0 ? 0 : memory[0]! / memory[1]!,
    },
  };
}

async function measureOurs({ sides: [ours], later }: Case, sampleMemory: boolean): Promise<Measured> {
  const whole = await measure(ours, sampleMemory);
  if (later === undefined) return whole;
  const start = await measure(later.without, sampleMemory);
  const each = (key: 'cpu' | 'wall') => (whole[key] - start[key]) / later.times;
  return { cpu: each('cpu'), wall: each('wall'), memory: whole.memory };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
