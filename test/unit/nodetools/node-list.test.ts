import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeSet } from '../../../src/nodeset/node-set.ts';
import { createNodeListReader } from '../../../src/nodetools/node-list.ts';

function read(...chunks: string[]): { names: string; expressions: readonly string[] } {
  const reader = createNodeListReader();
  for (const chunk of chunks) reader.feed(Buffer.from(chunk));
  const { names, expressions } = reader.end();
  return { names: String(names), expressions };
}

describe('a list of nodes', () => {
  it.each([
    { text: 'a1 a2', names: 'a[1-2]', expressions: [] },
    { text: 'a1\ta2\r\n\n  a3 \n', names: 'a[1-3]', expressions: [] },
    { text: '# all of it\na1 # a2\na3#x\n', names: 'a[1,3]', expressions: [] },
    { text: 'a1 a01 a001\n', names: 'a[1,01,001]', expressions: [] },
    { text: 'db a1b2 a1b1 10.0.0.1\n', names: '10.0.0.1,a1b[1-2],db', expressions: [] },
    { text: 'a1\n@web a9\nb[1-2]!b1 c\n', names: 'a1', expressions: ['@web', 'a9', 'b[1-2]!b1', 'c'] },
    { text: 'a[1, 3] ! a1 , b\n', names: '', expressions: ['a[1,3]!a1,b'] },
    { text: 'n12345678901234567890\n', names: 'n12345678901234567890', expressions: [] },
    { text: 'nœud1\n', names: '', expressions: ['nœud1'] },
    { text: '', names: '', expressions: [] },
  ])('reads $text', ({ text, names, expressions }) => {
    expect(read(text)).toEqual({ names, expressions });
  });

  it('does not depend on where chunks end', () => {
    const word = fc.stringMatching(/^[a-z]{0,2}[0-9]{0,4}[a-z-]{0,2}[0-9]{0,2}$/).filter((one) => one !== '');
    const lines = fc.array(fc.array(word, { maxLength: 3 }), { maxLength: 20 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(200), { maxLength: 6 }), (all, cuts) => {
        const text = all.map((words) => `${words.join(' ')}\n`).join('');
        const ends = [
          0,
          ...cuts.map((cut) => Math.min(cut, text.length)).toSorted((a, b) => a - b),
          text.length,
        ];
        const chunks = ends.slice(1).map((end, at) => text.slice(ends[at], end));

        expect(read(...chunks).names).toBe(String(NodeSet.of(all.flat())));
      }),
    );
  });
});
