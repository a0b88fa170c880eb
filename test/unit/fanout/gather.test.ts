import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGather, type GatheredText, type GatherOptions } from '../../../src/fanout/gather.ts';

function textOf(group: GatheredText): string {
  let text = '';
  for (const piece of group.read()) {
    text += piece.toString('latin1');
  }
  return text;
}

/** Feeds `[node, text]` pairs in order, each through a buffer that is wiped afterwards, and lists the groups. */
function gathered(
  pairs: readonly (readonly [string, string])[],
  options: GatherOptions = {},
): [string, string][] {
  const gather = createGather(options);
  for (const [node, text] of pairs) {
    const chunk = Buffer.from(text, 'latin1');
    gather.feed(node, chunk);
    chunk.fill(0);
  }
  for (const node of new Set(pairs.map(([name]) => name))) {
    gather.end(node);
  }
  const groups = gather.groups().map((group): [string, string] => [group.nodes.join(','), textOf(group)]);
  gather.close();
  return groups;
}

describe('gather', () => {
  test('puts nodes with the same text together, whatever their chunks', () => {
    expect(
      gathered([
        ['a', 'one\ntw'],
        ['b', 'one'],
        ['a', 'o\n'],
        ['b', '\ntwo\n'],
        ['c', 'one\n'],
      ]),
    ).toEqual([
      ['a,b', 'one\ntwo\n'],
      ['c', 'one\n'],
    ]);
  });

  test('counts CRLF as LF and a missing last newline as present', () => {
    expect(
      gathered([
        ['a', 'x\r'],
        ['a', '\ny'],
        ['b', 'x\ny\n'],
        ['c', 'x\r\r\ny\r'],
      ]),
    ).toEqual([
      ['a,b', 'x\ny\n'],
      ['c', 'x\r\ny\r\n'],
    ]);
  });

  test('tells silence from an empty line', () => {
    expect(
      gathered([
        ['a', ''],
        ['b', '\n'],
        ['c', ''],
      ]),
    ).toEqual([
      ['a,c', ''],
      ['b', '\n'],
    ]);
  });

  test('keeps every byte apart in exact mode', () => {
    expect(
      gathered(
        [
          ['a', 'x\r\n'],
          ['b', 'x\n'],
          ['c', 'x'],
        ],
        { text: 'exact' },
      ),
    ).toEqual([
      ['a', 'x\r\n'],
      ['b', 'x\n'],
      ['c', 'x'],
    ]);
  });

  test('stores equal text once', () => {
    const gather = createGather();
    const chunk = Buffer.alloc(64 * 1024, 'abcdefgh\n');
    for (let round = 0; round < 16; round += 1) {
      for (let node = 0; node < 50; node += 1) {
        gather.feed(`n${node}`, chunk);
      }
    }

    expect(gather.groups()).toHaveLength(1);
    expect(gather.memoryBytes).toBeLessThanOrEqual(2 * 16 * chunk.length);
  });

  test('goes to a nameless temporary file beyond the memory budget and reads back the same', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gather-test-'));
    const gather = createGather({ memoryBudget: 1000, spillFolder: folder });
    const text = (node: number): string => `common\n${`line of ${node % 3}\n`.repeat(500)}`;
    for (let from = 0; from < text(0).length; from += 97) {
      for (let node = 0; node < 9; node += 1) {
        gather.feed(`n${node}`, Buffer.from(text(node).slice(from, from + 97)));
      }
    }

    expect(gather.spilledBytes).toBeGreaterThan(10_000);
    expect(gather.memoryBytes).toBeLessThanOrEqual(1000);
    expect(readdirSync(folder)).toEqual([]);
    expect(gather.groups().map((group) => [group.nodes, textOf(group)])).toEqual(
      [0, 1, 2].map((node) => [[`n${node}`, `n${node + 3}`, `n${node + 6}`], text(node)]),
    );
    gather.close();
    rmSync(folder, { recursive: true });
  });

  test('says which text is cut when the temporary file cannot be made, and groups no cut texts', () => {
    const gather = createGather({ memoryBudget: 4, spillFolder: '/nonexistent' });
    gather.feed('a', Buffer.from('abcd'));
    gather.feed('b', Buffer.from('abcd'));
    for (const node of ['c', 'd']) {
      gather.feed(node, Buffer.from('abcX'));
      gather.feed(node, Buffer.from('more'));
    }

    const groups = gather.groups();
    expect(groups.map((group) => [group.nodes, textOf(group)])).toEqual([
      [['a', 'b'], 'abcd'],
      [['c'], 'abc'],
      [['d'], 'abc'],
    ]);
    expect(groups.map((group) => group.cut === undefined)).toEqual([true, false, false]);
    expect(groups[1]!.cut).toContain('ENOENT');
  });

  test('gives one node’s text while it is still growing', () => {
    const gather = createGather();
    gather.feed('a', Buffer.from('ab'));
    const early = gather.text('a')!;
    gather.feed('a', Buffer.from('cd'));

    expect(textOf(early)).toBe('ab');
    expect(textOf(gather.text('a')!)).toBe('abcd');
    expect(gather.text('b')).toBeUndefined();
  });
});

describe('gather, for any interleaving of any chunks', () => {
  const nodes = ['n1', 'n2', 'n3', 'n4'];
  const chunks = fc.array(
    fc.tuple(fc.constantFrom(...nodes), fc.array(fc.constantFrom('a', 'b', '\n', '\r'), { maxLength: 6 })),
    { maxLength: 60 },
  );

  test.each([
    { name: 'in memory', memoryBudget: 1 << 20 },
    { name: 'spilled', memoryBudget: 8 },
  ])('partitions the nodes and reproduces each one’s bytes, $name', ({ memoryBudget }) => {
    fc.assert(
      fc.property(chunks, (events) => {
        const gather = createGather({ text: 'exact', memoryBudget });
        const sent = new Map<string, string>();
        for (const [node, letters] of events) {
          const chunk = letters.join('');
          gather.feed(node, Buffer.from(chunk));
          sent.set(node, (sent.get(node) ?? '') + chunk);
        }

        const groups = gather.groups();
        expect(groups.flatMap((group) => group.nodes).sort()).toEqual([...sent.keys()].sort());
        expect(new Set(groups.map(textOf)).size).toBe(groups.length);
        for (const group of groups) {
          expect(group.nodes.map((node) => sent.get(node))).toEqual(group.nodes.map(() => textOf(group)));
          expect(group.bytes).toBe(textOf(group).length);
        }
        gather.close();
      }),
    );
  });

  test('sees lines as a text editor does', () => {
    fc.assert(
      fc.property(chunks, (events) => {
        const sent = new Map<string, string>();
        for (const [node, letters] of events) {
          sent.set(node, (sent.get(node) ?? '') + letters.join(''));
        }
        const asLines = (text: string): string => {
          const mended = text.replaceAll('\r\n', '\n');
          return mended === '' || mended.endsWith('\n') ? mended : `${mended}\n`;
        };

        const groups = gathered(events.map(([node, letters]) => [node, letters.join('')]));
        for (const [names, text] of groups) {
          for (const node of names.split(',')) {
            expect(text).toBe(asLines(sent.get(node)!));
          }
        }
        expect(new Set(groups.map(([, text]) => text)).size).toBe(groups.length);
      }),
    );
  });
});
