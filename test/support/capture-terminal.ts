import type { OutputChannel, Terminal } from '../../src/output/terminal.ts';

/** A terminal that keeps what is printed; `both` holds the chunks of the two streams in the order written. */
export interface CapturedTerminal extends Terminal {
  readonly out: string;
  readonly err: string;
  readonly both: readonly [stream: 'stdout' | 'stderr', text: string][];
}

export interface CaptureOptions {
  readonly stdoutIsTTY?: boolean;
  readonly stderrIsTTY?: boolean;
  readonly columns?: number;
  /** Bytes as latin1 instead of UTF-8 text. */
  readonly latin1?: boolean;
}

export function captureTerminal(options: CaptureOptions = {}): CapturedTerminal {
  const both: ['stdout' | 'stderr', string][] = [];
  const channel = (name: 'stdout' | 'stderr', isTTY: boolean): OutputChannel => ({
    isTTY,
    failure: undefined,
    write(chunk, encoding) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
      both.push([name, bytes.toString(options.latin1 === true ? 'latin1' : 'utf8')]);
    },
    flush: () => Promise.resolve(),
  });
  const textOf = (name: string): string =>
    both
      .filter(([stream]) => stream === name)
      .map(([, text]) => text)
      .join('');
  return {
    stdout: channel('stdout', options.stdoutIsTTY === true),
    stderr: channel('stderr', options.stderrIsTTY === true),
    columns: options.columns ?? 80,
    colors: '16',
    both,
    get out() {
      return textOf('stdout');
    },
    get err() {
      return textOf('stderr');
    },
  };
}
