import { describe, expect, it } from 'vitest';
import { renderGrid } from '../../../src/output/versions-grid.ts';

const grid = {
  headers: ['nodes', 'findings'],
  rows: [['n[1-2] (2)', 'a "b", c\nd|e <i> \u001b[31m']],
};

describe('renderGrid', () => {
  it('writes CSV with quotes where they are needed', async () => {
    expect(await renderGrid(grid, 'csv', false)).toBe(
      'nodes,findings\r\nn[1-2] (2),"a ""b"", c; d|e <i> \u001b[31m"\r\n',
    );
  });

  it('writes Markdown in which nothing of a cell acts', async () => {
    expect(await renderGrid(grid, 'markdown', false)).toBe(
      String.raw`| nodes | findings |
|---|---|
| n[1-2] (2) | a "b", c<br>d\|e \<i\> \\x1b[31m |
`,
    );
  });

  it('writes one line a row for programs', async () => {
    expect(await renderGrid(grid, 'table', false)).toBe(
      'nodes\tfindings\nn[1-2] (2)\ta "b", c; d|e <i> \u001b[31m\n',
    );
  });

  it('breaks the last column between words when the terminal is too narrow, and only then', async () => {
    const wide = { headers: ['n', 'findings'], rows: [['n1', 'one two three four five six seven\nshort']] };
    const whole = 'N   FINDINGS\nn1  one two three four five six seven\n    short\n';
    expect(await renderGrid(wide, 'table', true, 40)).toBe(whole);
    expect(await renderGrid(wide, 'table', true, 32)).toBe(
      'N   FINDINGS\nn1  one two three four five\n      six seven\n    short\n',
    );
    expect(await renderGrid(wide, 'table', true, 20)).toBe(whole);
  });

  it('shows control characters to people instead of sending them', async () => {
    expect(await renderGrid(grid, 'table', true)).toBe(
      'NODES       FINDINGS\nn[1-2] (2)  a "b", c\n            d|e <i> \\x1b[31m\n',
    );
  });
});
