import { makeVisible, makeVisibleLine } from './printable.ts';
import { renderTable } from './table.ts';

/** Rows under headers; a cell may hold several lines. versions/grid.ts has this shape. */
export interface RenderedGrid {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type GridFormat = 'table' | 'csv' | 'markdown';

/**
 * A grid as text: aligned for people (tab-separated when piped), CSV (RFC 4180), or a Markdown table.
 * @param columns of the terminal: the last column is broken between words to fit
 */
export async function renderGrid(
  { headers, rows }: RenderedGrid,
  format: GridFormat,
  forPeople: boolean,
  columns = Number.POSITIVE_INFINITY,
): Promise<string> {
  if (format === 'csv') return [headers, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
  if (format === 'markdown') {
    const line = (cells: readonly string[]) => `| ${cells.map(markdownCell).join(' | ')} |\n`;
    return [line(headers), `|${'---|'.repeat(headers.length)}\n`, ...rows.map(line)].join('');
  }
  const shown = rows.map((row) =>
    row.map((cell) => (forPeople ? makeVisible(cell) : cell.replaceAll('\n', '; '))),
  );
  return renderTable(headers, forPeople ? breakLastColumn(headers, shown, columns) : shown, forPeople);
}

/** The blank columns between two cells. */
const gap = 2;

/** Narrower than this a column is harder to read than a line that runs over. */
const narrowest = 24;

function breakLastColumn(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number,
): readonly (readonly string[])[] {
  const last = headers.length - 1;
  const widthOf = (at: number): number =>
    Math.max(...[headers, ...rows].flatMap((row) => (row[at] ?? '').split('\n').map(({ length }) => length)));
  let before = 0;
  for (let at = 0; at < last; at += 1) before += widthOf(at) + gap;
  const width = columns - before - gap;
  if (width < narrowest || widthOf(last) <= width) return rows;
  return rows.map((row) => row.map((cell, at) => (at === last ? breakLines(cell, width) : cell)));
}

/** Breaks lines between words; what goes on is indented. A word longer than a line stays whole. */
function breakLines(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => {
      const lines: string[] = [];
      let current = '';
      for (const word of line.split(' ')) {
        if (current !== '' && current.length + 1 + word.length > width) {
          lines.push(current);
          current = `  ${word}`;
        } else current = current === '' ? word : `${current} ${word}`;
      }
      return [...lines, current].join('\n');
    })
    .join('\n');
}

function csvField(text: string): string {
  const oneLine = text.replaceAll('\n', '; ');
  return /[",\r\n]/.test(oneLine) ? `"${oneLine.replaceAll('"', '""')}"` : oneLine;
}

/** A bar would end the cell, a tag would act. */
function markdownCell(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => makeVisibleLine(line).replaceAll(/[\\|<>`*_]/g, String.raw`\$&`));
  return lines.join('<br>');
}
