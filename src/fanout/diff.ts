/** A run of differing lines with context, as in a unified diff. */
export interface DiffHunk {
  /** `@@ -1,3 +1,3 @@` */
  readonly header: string;
  /** Each beginning with a blank, `-` or `+`, without its newline. */
  readonly lines: readonly string[];
}

const CONTEXT_LINES = 3;
/** Past this effort the texts have little in common, and a diff of everything is as good. */
const MAX_EDIT_LENGTH = 20_000;
const TIME_LIMIT_MS = 2000;

/** How `text` differs from `reference`, in unified hunks numbered as diff(1) and Python's difflib do. */
export async function diffLines(reference: string, text: string): Promise<DiffHunk[]> {
  if (reference === text) {
    return [];
  }
  const { structuredPatch } = await import('diff');
  const patch = structuredPatch('', '', reference, text, '', '', {
    context: CONTEXT_LINES,
    maxEditLength: MAX_EDIT_LENGTH,
    timeout: TIME_LIMIT_MS,
  });
  if (patch === undefined) {
    return [everythingDiffers(reference, text)];
  }
  return patch.hunks.map((hunk) => ({
    header: hunkHeader(hunk.oldStart, hunk.oldLines, hunk.newStart, hunk.newLines),
    lines: hunk.lines,
  }));
}

function everythingDiffers(reference: string, text: string): DiffHunk {
  const before = linesOf(reference);
  const after = linesOf(text);
  return {
    header: hunkHeader(1, before.length, 1, after.length),
    lines: [...before.map((line) => `-${line}`), ...after.map((line) => `+${line}`)],
  };
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function hunkHeader(oldStart: number, oldLines: number, newStart: number, newLines: number): string {
  return `@@ -${hunkRange(oldStart, oldLines)} +${hunkRange(newStart, newLines)} @@`;
}

/** One line is written without its count; an empty run is numbered by the line before it. */
function hunkRange(start: number, lines: number): string {
  if (lines === 1) {
    return `${start}`;
  }
  return lines === 0 ? `${start - 1},0` : `${start},${lines}`;
}
