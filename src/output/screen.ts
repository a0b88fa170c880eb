import { makeVisibleLatin1 } from './printable.ts';
import type { OutputChannel, Terminal } from './terminal.ts';

/** How text is coloured and made safe on this terminal; the same for all parts of one presenter. */
export interface Screen {
  readonly stdout: OutputChannel;
  readonly stderr: OutputChannel;
  readonly columns: number;
  readonly color: boolean;
  /** Streams on which remote text is made safe: terminals, unless it is to stay raw. */
  readonly mends: { readonly stdout: boolean; readonly stderr: boolean };
  /** Makes whole lines (latin1) safe for the stream they go to. */
  mend(stream: 'stdout' | 'stderr', lines: string): string;
}

/** ANSI codes of clush's colours; written by hand because chalk closes them otherwise and the bytes are a contract. */
export const Ansi = {
  stdoutLabel: '\u001b[94m',
  stderrLabel: '\u001b[91m',
  bold: '\u001b[1m',
  hunk: '\u001b[96m',
  removed: '\u001b[91m',
  added: '\u001b[92m',
  reset: '\u001b[0m',
} as const;

export function createScreen(
  terminal: Terminal,
  options: { readonly color: boolean; readonly raw: boolean },
): Screen {
  const mends = {
    stdout: terminal.stdout.isTTY && !options.raw,
    stderr: terminal.stderr.isTTY && !options.raw,
  };
  return {
    stdout: terminal.stdout,
    stderr: terminal.stderr,
    get columns() {
      return terminal.columns;
    },
    color: options.color,
    mends,
    mend: (stream, lines) => (mends[stream] ? makeVisibleLatin1(lines) : lines),
  };
}

/** `text` between a colour and its end, or as it is. */
export function paint(screen: Pick<Screen, 'color'>, code: string, text: string): string {
  return screen.color ? `${code}${text}${Ansi.reset}` : text;
}
