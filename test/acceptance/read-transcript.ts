/** One command of a transcript and what it must print. */
export interface TranscriptStep {
  readonly command: string;
  readonly line: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

export interface Transcript {
  /** Files to make first, below the home folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly env: Readonly<Record<string, string>>;
  readonly steps: readonly TranscriptStep[];
}

/**
 * Reads a transcript:
 *
 *     # Prose, for people.
 *     @file config/groups.conf        a file below the home folder; its lines follow, indented
 *       [Main]
 *     @env NAME=value
 *
 *     $ muster nodes -f a1 a2         run by sh in the home folder
 *     a[1-2]                          standard output, byte for byte
 *     ! muster: …                     standard error
 *     [exit 2]                        the exit status, when it is not 0
 *
 * A block ends at a blank line before the next `$`, `#` or the end. `$HOME` in what is expected is the home folder, and
 * `(no newline)` at the end of the output says that its last line is not ended.
 */
export function readTranscript(text: string): Transcript {
  const files = new Map<string, string>();
  const env: Record<string, string> = {};
  const steps: TranscriptStep[] = [];
  const lines = text.replace(/\n+$/, '').split('\n');
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!;
    at += 1;
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('@env ')) {
      const [name = '', ...value] = line.slice('@env '.length).split('=');
      env[name] = value.join('=');
    } else if (line.startsWith('@file ')) {
      const content: string[] = [];
      while (lines[at]?.startsWith('  ') === true) content.push(lines[at++]!.slice(2));
      files.set(line.slice('@file '.length), content.map((one) => `${one}\n`).join(''));
    } else if (line.startsWith('$ ')) {
      const start = at;
      while (at < lines.length && !endsBlock(lines, at)) at += 1;
      steps.push(readStep(line.slice(2), start, lines.slice(start, at)));
    } else {
      throw new Error(`line ${at} is neither prose, a directive nor a command: ${line}`);
    }
  }
  return { files, env, steps };
}

function endsBlock(lines: readonly string[], at: number): boolean {
  if (lines[at]!.startsWith('$ ')) return true;
  if (lines[at] !== '') return false;
  const next = lines.slice(at).find((line) => line !== '');
  return next === undefined || /^(?:[$#] |@file |@env )/.test(next);
}

function readStep(command: string, line: number, expected: readonly string[]): TranscriptStep {
  const exit = /^\[exit (\d+)\]$/.exec(expected.at(-1) ?? '');
  const shown = exit === null ? expected : expected.slice(0, -1);
  const isError = (one: string): boolean => one === '!' || one.startsWith('! ');
  const join = (some: readonly string[]): string =>
    some
      .map((one) => `${one}\n`)
      .join('')
      .replace(/\(no newline\)\n$/, '');
  return {
    command,
    line,
    stdout: join(shown.filter((one) => !isError(one))),
    stderr: join(shown.filter(isError).map((one) => one.slice(2))),
    exit: Number(exit?.[1] ?? 0),
  };
}
