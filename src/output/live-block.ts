import type { OutputChannel } from './terminal.ts';

/** Some lines at the bottom of a terminal that are redrawn in place and step aside for lasting output. */
export interface LiveBlock {
  /** Shows these lines instead of those before; each is cut at the terminal's width. */
  show(lines: readonly string[]): void;
  clear(): void;
}

export function createLiveBlock(channel: OutputChannel, columns: () => number): LiveBlock {
  let height = 0;
  const erase = (): string => (height === 0 ? '' : `\u001B[${height}A\r\u001B[J`);
  return {
    show(lines) {
      const cut = lines.map((line) => line.slice(0, Math.max(1, columns() - 1)));
      void channel.write(`${erase()}${cut.map((line) => `${line}\n`).join('')}`);
      height = cut.length;
    },
    clear() {
      if (height > 0) void channel.write(erase());
      height = 0;
    },
  };
}
