import type { OutputChannel } from './terminal.ts';

/** One line at the bottom of the terminal that is redrawn in place and steps aside for everything else. */
export interface StatusLine {
  /** Shows this text instead of the one before; too long for the terminal, it is cut. */
  show(text: string): void;
  /** Removes the line. */
  clear(): void;
  /** Puts the channel's own writes before the line: it is erased first and comes back with the next `show`. */
  guard(channel: OutputChannel): OutputChannel;
}

export function createStatusLine(stderr: OutputChannel, columns: () => number): StatusLine {
  let shown = 0;

  const clear = (): void => {
    if (shown > 0) {
      // Blanks instead of an erase sequence: this also works where escape sequences do not.
      void stderr.write(`\r${' '.repeat(shown)}\r`);
      shown = 0;
    }
  };

  return {
    show(text) {
      const line = text.slice(0, Math.max(0, columns() - 1));
      const padding = ' '.repeat(Math.max(0, shown - line.length));
      void stderr.write(`\r${line}${padding}\r${padding === '' ? '' : line}${padding === '' ? '' : '\r'}`);
      shown = line.length;
    },
    clear,
    guard: (channel) => ({
      isTTY: channel.isTTY,
      get failure() {
        return channel.failure;
      },
      write(chunk, encoding) {
        if (channel.isTTY || channel === stderr) {
          clear();
        }
        return channel.write(chunk, encoding);
      },
      flush: () => channel.flush(),
    }),
  };
}
