import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Lines kept, in memory and, after a start, in the file, unless clush.conf's history_size says otherwise. */
export const historySize = 1000;

const maxLineLength = 10_000;

export interface HistoryOptions {
  /** One command a line, oldest first; made when it is missing. Undefined: nothing is kept. */
  readonly file: string | undefined;
  /** Lines kept; default: `historySize`. */
  readonly size?: number | undefined;
  /** Values that must never be written: a line that holds one is kept out. */
  readonly secrets?: () => Iterable<string>;
  /** Told once why history is not kept or not read. */
  readonly warn: (message: string) => void;
}

export interface ShellHistory {
  /** Oldest first, no line twice. */
  readonly lines: readonly string[];
  /** Whether this line may be recalled or kept at all. */
  accepts(line: string): boolean;
  /** Keeps the line at once, so that several shells share one file. */
  append(line: string): void;
}

/** Opens the history; never fails: a file that cannot be used means one warning and no history. */
export function openHistory(options: HistoryOptions): ShellHistory {
  let { file } = options;
  const { size = historySize } = options;
  let warned = false;
  const warn = (message: string): void => {
    if (!warned) options.warn(message);
    warned = true;
  };
  let lines: string[] = [];
  if (file !== undefined) {
    try {
      lines = load(file, size, warn);
    } catch (error) {
      warn(`history is not kept: ${reason(error)}`);
      file = undefined;
    }
  }
  let last = lines.at(-1);
  return {
    lines,
    accepts: (line) => acceptable(line, options.secrets),
    append(line) {
      if (file === undefined || line === last || !acceptable(line, options.secrets)) return;
      if (givesPassword(line)) return;
      try {
        appendFileSync(file, `${line}\n`, { mode: 0o600 });
        last = line;
      } catch (error) {
        warn(`history is no longer kept: ${reason(error)}`);
        file = undefined;
      }
    },
  };
}

function acceptable(line: string, secrets: HistoryOptions['secrets']): boolean {
  if (line.trim() === '' || /^\s/.test(line) || line.length > maxLineLength) return false;
  if (/[\n\r\0]/.test(line)) return false;
  for (const secret of secrets?.() ?? []) {
    if (secret !== '' && line.includes(secret)) return false;
  }
  return true;
}

/** A password written out in a command stays in memory, for this shell only. */
function givesPassword(line: string): boolean {
  return /passw(?:or)?d(?:\s*[=:]\s*|\s+['"\\])\S|:\/\/[^\s/:@]+:[^\s/@]+@/i.test(line);
}

function load(file: string, size: number, warn: (message: string) => void): string[] {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Made at once, so that a folder that cannot be written is known before the first command.
  appendFileSync(file, '', { mode: 0o600 });
  const info = statSync(file);
  if (!info.isFile()) throw new Error(`${file} is not a file`);
  if ((info.mode & 0o077) !== 0) chmodSync(file, 0o600);
  const bytes = readFileSync(file);
  const written = bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const readable = written.filter((line) => !/[\0\uFFFD]/.test(line));
  if (readable.length < written.length) {
    warn(`unreadable lines left out of the history: ${written.length - readable.length} (${file})`);
  }
  const lines = latest(readable, size);
  if (readable.length === written.length && written.length > 2 * size) {
    shorten(file, lines, bytes.length);
  }
  return lines;
}

/** The last occurrence of each line, the newest `size` of them, oldest first. */
function latest(lines: readonly string[], size: number): string[] {
  const kept = [...new Set(lines.toReversed())].slice(0, size);
  return kept.reverse();
}

/** Replaces a file that has grown, unless another shell has just written to it: the next start does it then. */
function shorten(file: string, lines: readonly string[], sizeRead: number): void {
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${lines.join('\n')}\n`, { mode: 0o600 });
  if (statSync(file).size === sizeRead) renameSync(next, file);
  else rmSync(next);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
