import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { answerLimit, type MemberExecutor, type Question } from './ask-member.ts';
import { asciiJson, stayingTask } from './member-task.ts';

/** Programs that stay on their nodes between questions: starting one costs a node more than most answers do. */
export interface KeptMembers {
  /** @see askMember; the questions may be asked twice, when a program is lost that was idle before */
  ask(node: string, questions: readonly Question[], options: KeptOptions): Promise<KeptAnswer>;
}

export interface KeptOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface KeptAnswer {
  /** The program's answer, JSON; undefined: there is none, and `outcome` says why. */
  readonly line: string | undefined;
  readonly outcome: NodeOutcome;
  /** The end of what it wrote to stderr. */
  readonly said: string;
}

/** Milliseconds after which a program that nobody asks is ended. */
const idleMs = 60_000;

/** An executor through which members are asked by programs that stay. They end with it. */
export function keepMembers<T extends Executor>(executor: T): T & MemberExecutor {
  const idle = new Map<string, StayingProgram[]>();
  const all = new Set<StayingProgram>();

  const takeIdle = (node: string): StayingProgram | undefined => {
    const [program, ...others] = (idle.get(node) ?? []).filter((one) => !one.isOver());
    idle.set(node, others);
    return program;
  };

  const start = (node: string): StayingProgram => {
    const program = startProgram(executor, node);
    all.add(program);
    void program.ended.then(() => all.delete(program));
    return program;
  };

  const kept: KeptMembers = {
    async ask(node, questions, { signal, timeoutMs }) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const waiting = takeIdle(node);
        const program = waiting ?? start(node);
        const answer = await program.ask(questions, { signal, timeoutMs: deadline - performance.now() });
        if (answer.line !== undefined) {
          idle.set(node, [...(idle.get(node) ?? []), program]);
          return answer;
        }
        const isLost = answer.outcome.kind === 'finished' || answer.outcome.kind === 'unknown';
        if (waiting === undefined || !isLost) return answer;
      }
    },
  };

  return {
    ...executor,
    kept,
    async close() {
      for (const program of all) program.end();
      await executor.close();
    },
  };
}

interface StayingProgram {
  readonly ended: Promise<NodeOutcome>;
  /** One at a time. Without an answer the program is over, or will be. */
  ask(questions: readonly Question[], options: KeptOptions): Promise<KeptAnswer>;
  /** It answers what it was asked, and nothing more. */
  end(): void;
  isOver(): boolean;
}

function startProgram(executor: Executor, node: string): StayingProgram {
  const nonce = randomBytes(12).toString('hex');
  const input = new PassThrough();
  const abort = new AbortController();
  let hear: (line: string) => void = () => {};
  let hearOfEnd: (outcome: NodeOutcome) => void = () => {};
  let rest = '';
  let said = '';
  let idleTimer: NodeJS.Timeout | undefined;

  const write: OutputSink['write'] = (stream, chunk) => {
    if (stream === 'stderr') {
      said = `${said}${chunk.toString()}`.slice(-2000);
      return;
    }
    const lines = `${rest}${chunk.toString()}`.split('\n');
    rest = lines.pop()!;
    if (rest.length > answerLimit) abort.abort();
    for (const line of lines) if (line.startsWith(`${nonce} `)) hear(line.slice(nonce.length + 1));
  };
  const end = (): void => void input.end();
  // Servers may give few sessions: one that is only kept is not worth another's waiting. What it was asked it answers first.
  const ended = executor.execute(node, stayingTask(nonce, input, end), { write }, abort.signal);
  void ended.then((outcome) => {
    end();
    hearOfEnd(outcome);
  });

  return {
    ended,
    end,
    isOver: () => input.writableEnded,
    async ask(questions, { signal, timeoutMs }) {
      clearTimeout(idleTimer);
      const { promise, resolve } = Promise.withResolvers<KeptAnswer>();
      const giveUp = (outcome: NodeOutcome): void => {
        resolve({ line: undefined, outcome, said });
        abort.abort();
      };
      const cancel = (): void => giveUp({ kind: 'cancelled', remote: 'unknown' });
      const late = (): void => giveUp({ kind: 'timed-out', afterMs: timeoutMs, remote: 'unknown' });
      const timer = setTimeout(late, timeoutMs);
      signal.addEventListener('abort', cancel);
      hear = (line) => resolve({ line, outcome: { kind: 'finished', code: 0 }, said });
      hearOfEnd = (outcome) => resolve({ line: undefined, outcome, said });
      if (signal.aborted) cancel();
      else input.write(`${asciiJson(questions)}\n`);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
        idleTimer = setTimeout(end, idleMs).unref();
      }
    },
  };
}
