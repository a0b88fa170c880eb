import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../../docs/reliability.md', import.meta.url), 'utf8');
const tests = new URL('../../', import.meta.url);

interface Row {
  readonly section: string;
  readonly fault: string;
  readonly cases: number;
  readonly state: string;
  readonly proof: string;
}

/** The rows of the tables of sections A to J. */
function readRows(): Row[] {
  let section = '';
  const rows: Row[] = [];
  for (const line of page.split('\n')) {
    section = /^## ([A-J])\. /.exec(line)?.[1] ?? (line.startsWith('## ') ? '' : section);
    const cells = /^\| (.*) \| (\d+) \| (\w+) \| (.*) \|$/.exec(line);
    if (section !== '' && cells !== null) {
      rows.push({ section, fault: cells[1]!, cases: Number(cells[2]), state: cells[3]!, proof: cells[4]! });
    }
  }
  return rows;
}

const named = [...page.matchAll(/`([a-z-]+\/[\w/.-]+\.test\.ts) › ([^`]+)`/g)].map((match) => ({
  file: match[1]!,
  title: match[2]!,
}));

/** A title stands in a file as a string of its own; one in double quotes or with an escape is written so there too. */
function holdsTest(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`));
}

describe('docs/reliability.md', () => {
  it('names only tests that exist', () => {
    const missing = named.filter(({ file, title }) => {
      const path = new URL(file, tests);
      return !existsSync(path) || !holdsTest(readFileSync(path, 'utf8'), title);
    });

    expect(named.length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });

  it('has the 324 cases of the catalogue, section by section', () => {
    const sums = new Map<string, number>();
    for (const { section, cases } of readRows()) sums.set(section, (sums.get(section) ?? 0) + cases);

    expect([...sums].map(([section, cases]) => `${section} ${cases}`).join(', ')).toBe(
      'A 32, B 51, C 44, D 34, E 28, F 47, G 42, H 14, I 14, J 18',
    );
    for (const [section, cases] of sums) {
      expect(page).toMatch(new RegExp(`^## ${section}\\. .* \\(${cases}\\)$`, 'm'));
    }
  });

  it('has a test or a reason in every row', () => {
    const states = new Set(['yes', 'partly', 'nightly', 'fleet', 'no']);
    const wrong = readRows().filter(({ state, proof }) => {
      const hasTest = proof.includes(' › ');
      const reason = proof.replaceAll(/`[^`]+ › [^`]+`/g, '').replaceAll(/[\s,;]/g, '');
      if (!states.has(state)) return true;
      if (state === 'no') return reason.length < 20;
      return !hasTest || (state === 'partly' && reason.length < 20);
    });

    expect(wrong).toEqual([]);
  });
});
