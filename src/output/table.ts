/**
 * Rows under headers: aligned for people, tab-separated with a header line for programs.
 * @param forPeople stdout is a terminal
 */
export async function renderTable(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  forPeople: boolean,
): Promise<string> {
  if (!forPeople) return [headers, ...rows].map((row) => `${row.map(oneField).join('\t')}\n`).join('');
  const [{ default: Table }, { default: chalk }] = await Promise.all([import('cli-table3'), import('chalk')]);
  const table = new Table({
    head: headers.map((header) => chalk.bold(header.toUpperCase())),
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  });
  for (const row of rows) table.push([...row]);
  return `${table.toString().replaceAll(/ +$/gm, '')}\n`;
}

/** A tab or a line break in a value would make two fields of it. */
function oneField(value: string): string {
  return value.replaceAll(/[\t\n\r]+/g, ' ');
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
