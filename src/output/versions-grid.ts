import { makeVisible, makeVisibleLine } from './printable.ts';
import { renderTable } from './table.ts';

/** Rows under headers; a cell may hold several lines. versions/grid.ts has this shape. */
export interface RenderedGrid {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export type GridFormat = 'table' | 'csv' | 'markdown';

/** A grid as text: aligned for people (tab-separated when piped), CSV (RFC 4180), or a Markdown table. */
export async function renderGrid(
  { headers, rows }: RenderedGrid,
  format: GridFormat,
  forPeople: boolean,
): Promise<string> {
  if (format === 'csv') return [headers, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
  if (format === 'markdown') {
    const line = (cells: readonly string[]) => `| ${cells.map(markdownCell).join(' | ')} |\n`;
    return [line(headers), `|${'---|'.repeat(headers.length)}\n`, ...rows.map(line)].join('');
  }
  const shown = rows.map((row) =>
    row.map((cell) => (forPeople ? makeVisible(cell) : cell.replaceAll('\n', '; '))),
  );
  return renderTable(headers, shown, forPeople);
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
