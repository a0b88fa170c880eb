import type { OutputChannel, Terminal } from './terminal.ts';

/** One line at the bottom of the terminal that is redrawn in place and steps aside for everything else. */
export interface StatusLine {
  /** Shows this text instead of the one before; too long for the terminal, it is cut. */
  show(text: string): void;
  /** Removes the line. */
  clear(): void;
  /** Puts the channel's own writes before the line: it is erased first and comes back with the next `show`. */
  guard(channel: OutputChannel): OutputChannel;
  /** Keeps the line away while `use` has the terminal: a question must stay where it is asked. */
  aside<T>(use: () => Promise<T>): Promise<T>;
}

export function createStatusLine(stderr: OutputChannel, columns: () => number): StatusLine {
  let shown = 0;
  /** The text to come back with when the terminal is free again. */
  let wanted: string | undefined;
  let away = 0;

  const erase = (): void => {
    if (shown > 0) {
      // Blanks instead of an erase sequence: this also works where escape sequences do not.
      void stderr.write(`\r${' '.repeat(shown)}\r`);
      shown = 0;
    }
  };
  const show = (text: string): void => {
    wanted = text;
    if (away > 0) return;
    const line = text.slice(0, Math.max(0, columns() - 1));
    const padding = ' '.repeat(Math.max(0, shown - line.length));
    void stderr.write(`\r${line}${padding}\r${padding === '' ? '' : line}${padding === '' ? '' : '\r'}`);
    shown = line.length;
  };

  return {
    show,
    clear() {
      wanted = undefined;
      erase();
    },
    guard: (channel) => ({
      isTTY: channel.isTTY,
      get failure() {
        return channel.failure;
      },
      write(chunk, encoding) {
        if (channel.isTTY || channel === stderr) {
          erase();
        }
        return channel.write(chunk, encoding);
      },
      flush: () => channel.flush(),
    }),
    async aside(use) {
      erase();
      away += 1;
      try {
        return await use();
      } finally {
        away -= 1;
        if (away === 0 && wanted !== undefined) show(wanted);
      }
    },
  };
}

/** The same terminal with a status line of its own: whatever is written to it steps before the line. */
export function withStatusLine(terminal: Terminal): Terminal & { readonly status: StatusLine } {
  const status = terminal.status ?? createStatusLine(terminal.stderr, () => terminal.columns);
  const guard = (channel: OutputChannel): OutputChannel =>
    terminal.status === undefined ? status.guard(channel) : channel;
  return {
    stdout: guard(terminal.stdout),
    stderr: guard(terminal.stderr),
    get columns() {
      return terminal.columns;
    },
    colors: terminal.colors,
    status,
  };
}
