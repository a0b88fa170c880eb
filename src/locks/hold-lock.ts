import { randomBytes } from 'node:crypto';
import type { Executor } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { readAnswers } from '../fanout/script-answers.ts';
import type { LockFailed, LockOwner } from './lock.ts';
import { holdScript } from './lock-script.ts';
import { readOwner } from './read-owner.ts';

/** The lock of one node, held by an open connection. */
export interface HeldLock {
  readonly kind: 'held';
  readonly node: string;
  /** Resolves with why when it ends, released or not. */
  readonly ended: Promise<{ readonly why: string; readonly isBroken: boolean }>;
  /** Whether the node says within `timeoutMs` that we hold. */
  confirm(timeoutMs: number): Promise<boolean>;
  release(): Promise<void>;
}

/** @see LockedBy `token`: which acquisition holds it */
export interface HeldByOther {
  readonly kind: 'locked';
  readonly node: string;
  readonly holder: LockOwner | null;
  readonly token: string | null;
}

export interface HoldOptions {
  /** Between two signs of life. */
  readonly beatMs: number;
  /** For a node to give or refuse the lock. */
  readonly answerMs: number;
}

/** Takes the lock `name` on one node, or says who has it. */
export async function holdLock(
  executor: Executor,
  node: string,
  name: string,
  owner: LockOwner & { readonly token: string },
  { beatMs, answerMs }: HoldOptions,
  signal: AbortSignal,
): Promise<HeldLock | HeldByOther | LockFailed> {
  const nonce = `muster-${randomBytes(12).toString('hex')}`;
  const input = createBeats(holdScript(nonce, name, JSON.stringify(owner)));
  const leave = new AbortController();
  const { promise: answered, resolve: answer } = Promise.withResolvers<
    HeldByOther | 'held' | { readonly why: string }
  >();
  let confirmed: (() => void) | undefined;
  let said = '';
  const answers = readAnswers(nonce, {
    answer({ letter, words }) {
      if (letter === 'L') answer('held');
      else if (letter === 'K') confirmed?.();
      else if (letter === 'H') answer({ kind: 'locked', node, ...readOwner(words) });
      else answer({ why: words });
    },
    output() {},
  });
  const running = executor.execute(
    node,
    { command: 'exec sh -s', stdin: () => input.read() },
    {
      write(stream, chunk) {
        if (stream === 'stdout') answers.push(chunk);
        else if (said.length < 1000) said += chunk.toString();
      },
    },
    AbortSignal.any([signal, leave.signal]),
  );
  const ended = running.then((outcome) => whyEnded(outcome, said));
  // what it says after that comes too late: it is being ended
  /** It ends by itself once its input has ended; only one that does not answer has to be ended. */
  const letGo = async (): Promise<NodeOutcome> => {
    input.end();
    const timer = setTimeout(() => leave.abort(new Error('released')), 5000);
    const outcome = await running;
    clearTimeout(timer);
    return outcome;
  };
  const silence = setTimeout(
    () => answer({ why: `no answer within ${Math.round(answerMs / 1000)} s` }),
    answerMs,
  );
  const first = await Promise.race([answered, ended]);
  clearTimeout(silence);
  if (first !== 'held') {
    const outcome = await letGo();
    return 'why' in first ? { kind: 'failed', node, outcome, message: first.why } : first;
  }
  const beats = setInterval(() => input.beat(), beatMs);
  void ended.then(() => clearInterval(beats));
  return {
    kind: 'held',
    node,
    ended,
    async confirm(timeoutMs) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      confirmed = () => resolve(true);
      const timer = setTimeout(() => resolve(false), timeoutMs);
      void ended.then(() => resolve(false));
      input.beat();
      const alive = await promise;
      clearTimeout(timer);
      return alive;
    },
    async release() {
      clearInterval(beats);
      await letGo();
    },
  };
}

function whyEnded(outcome: NodeOutcome, said: string): { why: string; isBroken: boolean } {
  // 140: the same signal, as sudo tells it
  const isBroken = outcome.kind === 'finished' && (outcome.signal === 'USR2' || outcome.code === 140);
  return { why: isBroken ? 'it was taken away (muster unlock)' : reason(outcome, said), isBroken };
}

function reason(outcome: NodeOutcome, said: string): string {
  if ('message' in outcome) return outcome.message;
  if (outcome.kind === 'cancelled') return 'cancelled, or no answer in time';
  if (outcome.kind !== 'finished') return outcome.kind;
  const how = outcome.signal === undefined ? `exit ${outcome.code}` : `signal ${outcome.signal}`;
  const firstLine = said.trim().split('\n', 1)[0] ?? '';
  return `the node let go (${how})${firstLine === '' ? '' : `: ${firstLine}`}`;
}

/** Standard input of the holder: the script, then a `.` whenever asked. */
function createBeats(script: string): { read(): AsyncIterable<Uint8Array>; beat(): void; end(): void } {
  let due = script;
  let isOver = false;
  let wake = (): void => {};
  return {
    beat() {
      due += '.';
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
    async *read() {
      while (!isOver || due !== '') {
        if (due === '') {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        const bytes = Buffer.from(due);
        due = '';
        yield bytes;
      }
    },
  };
}
