import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evaluateNodeSet } from '../../src/nodeset/evaluate.ts';
import { foldNodeSet } from '../../src/nodeset/fold.ts';
import {
  hasClusterShell,
  startClusterShell,
  type ClusterShell,
  type ClusterShellAnswer,
} from '../support/clustershell.ts';
import { randomNodeSets } from '../support/random-node-sets.ts';

const cases = Number(process.env['MUSTER_DIFF_CASES'] ?? 3000);
const seed = Number(process.env['MUSTER_DIFF_SEED'] ?? 69);

describe.skipIf(!hasClusterShell())('node sets are what ClusterShell takes them for', () => {
  let clustershell: ClusterShell;
  beforeAll(() => {
    clustershell = startClusterShell();
  });
  afterAll(() => clustershell.stop());

  test(`${cases} random expressions, seed ${seed}`, async () => {
    const random = randomNodeSets(seed);
    const differing: string[] = [];
    let foldedOtherwise = 0;
    for (let index = 0; index < cases; index += 1) {
      const text = random.expression();
      const ours = await answer(text);
      const theirs: ClusterShellAnswer[] = [];
      for (const question of questions) theirs.push(await clustershell.ask({ ...question, text }));
      if (sameAnswers(ours, theirs)) continue;
      // The same nodes in another, equally short cover of several dimensions: rare, and counted.
      if (ours !== undefined && sameNodes(ours[0], theirs[0]!)) foldedOtherwise += 1;
      else differing.push(`${text}\n  ours   ${JSON.stringify(ours)}\n  theirs ${JSON.stringify(theirs)}`);
    }

    // The shortest counter-example says most.
    expect(differing.toSorted((a, b) => a.length - b.length).slice(0, 3)).toEqual([]);
    expect(foldedOtherwise).toBeLessThan(cases / 500);
  });
});

const questions = [
  { do: 'expand' },
  { do: 'count' },
  { do: 'fold' },
  { do: 'fold', autostep: 3 },
  { do: 'fold', axis: [0] },
] as const;

function sameAnswers(ours: readonly unknown[] | undefined, theirs: readonly ClusterShellAnswer[]): boolean {
  if (ours === undefined) return theirs.every((reply) => 'error' in reply);
  return JSON.stringify(ours) === JSON.stringify(theirs.map((reply) => ('ok' in reply ? reply.ok : reply)));
}

function sameNodes(ours: unknown, theirs: ClusterShellAnswer): boolean {
  if (!Array.isArray(ours) || !('ok' in theirs) || !Array.isArray(theirs.ok)) return false;
  const theirNames = new Set(theirs.ok);
  return ours.length === theirNames.size && ours.every((name) => theirNames.has(name as string));
}

/** The answers to `questions`; undefined when the expression is refused. */
async function answer(text: string): Promise<unknown[] | undefined> {
  try {
    const set = await evaluateNodeSet(text);
    return [
      [...set],
      set.size,
      foldNodeSet(set),
      foldNodeSet(set, { autostep: 3 }),
      foldNodeSet(set, { axes: '1' }),
    ];
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('NodeSet')) return undefined;
    throw error;
  }
}
