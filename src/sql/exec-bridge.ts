import { Duplex } from 'node:stream';
import type { Executor } from '../fanout/executor.ts';

/**
 * A command on a node as a stream: what is written is its standard input, what it prints is read. It ends with an error,
 * the command's own words, when the command fails.
 */
export function execBridge(executor: Executor, node: string, command: string, signal: AbortSignal): Duplex {
  const abort = new AbortController();
  const input = createInput();
  let readOn: (() => void) | undefined;
  let said = '';
  const bridge = new Duplex({
    read() {
      readOn?.();
      readOn = undefined;
    },
    write(chunk: Buffer, _encoding, done) {
      input.push(chunk, done);
    },
    final(done) {
      input.end();
      done();
    },
    destroy(error, done) {
      input.end();
      abort.abort(new Error('closed'));
      done(error);
    },
  });
  const sink = {
    write(stream: 'stdout' | 'stderr', chunk: Buffer): void | Promise<void> {
      if (stream === 'stderr') {
        said = (said + chunk.toString()).slice(0, 500);
        return undefined;
      }
      if (bridge.destroyed || bridge.push(Buffer.from(chunk))) return undefined;
      return new Promise((resolve) => {
        readOn = resolve;
      });
    },
  };
  executor
    .execute(node, { command, stdin: () => input.read() }, sink, AbortSignal.any([signal, abort.signal]))
    .then(
      (outcome) => {
        if (bridge.destroyed) return;
        if (outcome.kind === 'finished' && outcome.code === 0) bridge.push(null);
        else bridge.destroy(new Error(said.trim() || failureText(outcome)));
      },
      (error: Error) => bridge.destroy(error),
    );
  return bridge;
}

function failureText(outcome: {
  readonly kind: string;
  readonly message?: string;
  readonly code?: number;
}): string {
  return outcome.message ?? (outcome.code === undefined ? outcome.kind : `exit code ${outcome.code}`);
}

interface Input {
  push(chunk: Buffer, taken: () => void): void;
  end(): void;
  read(): AsyncIterable<Uint8Array>;
}

/** One chunk at a time: the writer waits until the command's side has taken it. */
function createInput(): Input {
  let waiting: { chunk: Buffer; taken: () => void } | undefined;
  let ended = false;
  let wake: (() => void) | undefined;
  const change = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    push(chunk, taken) {
      waiting = { chunk, taken };
      change();
    },
    end() {
      ended = true;
      change();
    },
    async *read() {
      for (;;) {
        if (waiting !== undefined) {
          const { chunk, taken } = waiting;
          waiting = undefined;
          yield chunk;
          taken();
        } else if (ended) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
