import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateNodeSet } from '../../src/nodeset/evaluate.ts';
import { foldNodeSet } from '../../src/nodeset/fold.ts';
import { hasClusterShell, startClusterShell, type ClusterShell } from '../support/clustershell.ts';
import { randomNodeSets } from '../support/random-node-sets.ts';
import { shrinkExpression } from '../support/shrink-expression.ts';

/** `npm run test:oracle` asks 20,000 a seed, with three seeds. */
const cases = Number(process.env['MUSTER_DIFF_CASES'] ?? 3000);
const seeds = (process.env['MUSTER_DIFF_SEEDS'] ?? '69').split(',').map(Number);

describe.skipIf(!hasClusterShell())('node sets are what ClusterShell takes them for', () => {
  let clustershell: ClusterShell;
  beforeAll(() => {
    clustershell = startClusterShell();
  });
  afterAll(() => clustershell.stop());

  test.each(seeds)(`${cases} random expressions, seed %i`, { timeout: 1_200_000 }, async (seed) => {
    const random = randomNodeSets(seed);
    const differing: string[] = [];
    for (let asked = 0; asked < cases; asked += 500) {
      const texts = Array.from({ length: Math.min(500, cases - asked) }, () => random.expression());
      const verdicts = await Promise.all(texts.map(differs));
      differing.push(...texts.filter((_, at) => verdicts[at]));
    }

    const shown: string[] = [];
    // The shortest counter-example says most.
    for (const text of differing.toSorted((a, b) => a.length - b.length).slice(0, 3)) {
      const least = await shrinkExpression(text, differs);
      const [ours, theirs] = await Promise.all([answers(least), clustershell.ask(least, questions)]);
      shown.push(`${least}\n  ours   ${JSON.stringify(ours)}\n  theirs ${JSON.stringify(theirs)}`);
    }
    expect(shown).toEqual([]);
  });

  async function differs(text: string): Promise<boolean> {
    const [ours, theirs] = await Promise.all([answers(text), clustershell.ask(text, questions)]);
    if (ours === undefined || 'error' in theirs) return !(ours === undefined && 'error' in theirs);
    return JSON.stringify(ours) !== JSON.stringify(theirs.ok);
  }
});

const questions = [
  { do: 'expand' },
  { do: 'count' },
  { do: 'fold' },
  { do: 'fold', autostep: 2 },
  { do: 'fold', autostep: 3 },
  { do: 'fold', axis: [0] },
] as const;

/** Our answers to `questions`; undefined when the expression is refused. */
async function answers(text: string): Promise<unknown[] | undefined> {
  try {
    const set = await evaluateNodeSet(text);
    return [
      [...set],
      set.size,
      foldNodeSet(set),
      foldNodeSet(set, { autostep: 2 }),
      foldNodeSet(set, { autostep: 3 }),
      foldNodeSet(set, { axes: '1' }),
    ];
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('NodeSet')) return undefined;
    throw error;
  }
}
