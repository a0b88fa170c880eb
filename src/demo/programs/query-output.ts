/** What a query returns; numbers are aligned to the right. */
export interface Rows {
  readonly columns: readonly { readonly name: string; readonly numeric?: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** psql's default layout. */
export function alignedTable({ columns, rows }: Rows, tuplesOnly: boolean): string {
  const widths = columns.map(({ name }, at) =>
    Math.max(tuplesOnly ? 0 : name.length, ...rows.map((row) => row[at]!.length)),
  );
  const last = columns.length - 1;
  let text = '';
  if (!tuplesOnly) {
    text += `${columns.map(({ name }, at) => ` ${centred(name, widths[at]!)} `).join('|')}\n`;
    text += `${widths.map((width) => '-'.repeat(width + 2)).join('+')}\n`;
  }
  for (const row of rows) {
    const cells = row.map((cell, at) => {
      const padded =
        columns[at]!.numeric === true
          ? cell.padStart(widths[at]!)
          : cell.padEnd(at === last ? 0 : widths[at]!);
      return ` ${padded}${at === last ? '' : ' '}`;
    });
    text += `${cells.join('|')}\n`;
  }
  if (!tuplesOnly) {
    text += `(${rows.length} row${rows.length === 1 ? '' : 's'})\n`;
  }
  return `${text}\n`;
}

/** psql -A. */
export function plainRows({ columns, rows }: Rows, tuplesOnly: boolean, separator: string): string {
  const lines = rows.map((row) => row.join(separator));
  if (!tuplesOnly) {
    lines.unshift(columns.map(({ name }) => name).join(separator));
    lines.push(`(${rows.length} row${rows.length === 1 ? '' : 's'})`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function centred(text: string, width: number): string {
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
}
