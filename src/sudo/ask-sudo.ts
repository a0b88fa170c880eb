import type { Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';

/** What became of a question to sudo: it ended, or it kept silent too long. */
export interface SudoAnswer {
  readonly outcome: NodeOutcome;
  /** All it wrote, without prompts of ours; at most 4 KiB of it. */
  readonly said: string;
  readonly tooLong: boolean;
}

const keptBytes = 4096;

/** Runs something short on a node, for at most `limitMs`, connecting not counted: the connection is there or is being made. */
export async function askSudo(
  executor: Executor,
  node: string,
  command: string,
  {
    stdin,
    limitMs,
    signal,
    onOutput,
  }: {
    readonly stdin?: () => AsyncIterable<Uint8Array>;
    readonly limitMs: number;
    readonly signal: AbortSignal;
    readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Buffer) => Buffer;
  },
): Promise<SudoAnswer> {
  let said = '';
  const sink: OutputSink = {
    write(stream, chunk) {
      const kept = onOutput?.(stream, chunk) ?? chunk;
      if (said.length < keptBytes) said += kept.toString('utf8');
    },
  };
  const outcome = await executor.execute(
    node,
    { command, timeoutMs: limitMs, ...(stdin === undefined ? {} : { stdin }) },
    sink,
    signal,
  );
  return { outcome, said: said.slice(0, keptBytes), tooLong: outcome.kind === 'timed-out' };
}

/** sudo's own words for a person: the first line that is no lecture and no prompt. */
export function firstLine(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  return (
    lines.find((line) => /sudo|sorry|may not|command not found|not allowed/i.test(line)) ??
    lines.find((line) => line !== '') ??
    ''
  );
}
