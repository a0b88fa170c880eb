import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { evaluateNodeSet } from '../../../src/nodeset/evaluate.ts';
import { createFoldInput, type InterpretKeys } from '../../../src/nodetools/fold-input.ts';

async function fold(interpretKeys: InterpretKeys, lines: readonly [string, string][]): Promise<object> {
  const input = createFoldInput({
    interpretKeys,
    evaluate: async (key) => [...(await evaluateNodeSet(key))],
    spillFolder: tmpdir(),
  });
  for (const [key, text] of lines) await input.feed(key, Buffer.from(text));
  const { gather, interpreted, nodes } = input.end();
  const textOf = (node: string): string => Buffer.concat([...gather.text(node)!.read()]).toString();
  const texts = Object.fromEntries(nodes.toSorted().map((node) => [node, textOf(node)]));
  gather.close();
  return { interpreted, texts };
}

describe('keys', () => {
  it('count for every node of their set', async () => {
    expect(
      await fold('auto', [
        ['n[1-2]', 'a\n'],
        ['n2', 'b\n'],
        ['n[1-2]', 'c\n'],
      ]),
    ).toEqual({
      interpreted: true,
      texts: { n1: 'a\nc\n', n2: 'a\nb\nc\n' },
    });
  });

  it('are all plain names when one cannot be read, those before it too', async () => {
    expect(
      await fold('auto', [
        ['n3', 'z\n'],
        ['n[1-2]', 'a\n'],
        ['n2', 'b\n'],
        ['n[1', 'c\n'],
        ['n[1-2]', 'd\n'],
      ]),
    ).toEqual({
      interpreted: false,
      texts: { n3: 'z\n', 'n[1-2]': 'a\nd\n', n2: 'b\n', 'n[1': 'c\n' },
    });
  });

  it('are plain names when they are not to be interpreted', async () => {
    expect(await fold('never', [['n[1-2]', 'a\n']])).toEqual({
      interpreted: false,
      texts: { 'n[1-2]': 'a\n' },
    });
  });

  it('must be readable when they are always to be interpreted', async () => {
    await expect(fold('always', [['n[1', 'a\n']])).rejects.toThrow('missing closing bracket');
  });
});
