import { randomBytes } from 'node:crypto';
import type { Executor } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { type Answer, readAnswers } from '../fanout/script-answers.ts';
import { jobScript, type JobSide } from './place-script.ts';

/** How a job script ended, and what it said. */
export interface Asked {
  readonly outcome: NodeOutcome;
  /** The last answer that is one: `S`, `X` or `E`. */
  readonly last: Answer | undefined;
  /** Why nothing was said, a sentence fragment. */
  readonly why: string;
}

export interface Question {
  readonly id: string;
  readonly body: string;
  readonly side: JobSide;
  /** 0: none. */
  readonly timeoutMs: number;
  readonly onAnswer?: (answer: Answer) => void;
  readonly onOutput?: (chunk: Buffer) => void;
  /** Anything arrived. */
  readonly onLife?: () => void;
}

/** Runs a job script on a node. The script comes by standard input: neither its size nor `ps` is a matter then. */
export async function askNode(
  executor: Executor,
  node: string,
  rootFolder: string,
  question: Question,
  signal: AbortSignal,
): Promise<Asked> {
  const nonce = `muster-${randomBytes(12).toString('hex')}`;
  const script = Buffer.from(jobScript({ nonce, id: question.id, rootFolder }, question.body, question.side));
  let last: Answer | undefined;
  let said = '';
  const answers = readAnswers(nonce, {
    answer(answer) {
      if ('SXE'.includes(answer.letter)) last = answer;
      question.onAnswer?.(answer);
    },
    output: (chunk) => question.onOutput?.(chunk),
  });
  const outcome = await executor.execute(
    node,
    {
      command: 'exec sh -s',
      timeoutMs: question.timeoutMs,
      stdin: async function* () {
        yield script;
      },
    },
    {
      write(stream, chunk) {
        question.onLife?.();
        if (stream === 'stdout') answers.push(chunk);
        else if (said.length < 1000) said += chunk.toString();
      },
    },
    signal,
  );
  return { outcome, last, why: whyNothing(outcome, said) };
}

/** @param said what came on stderr */
function whyNothing(outcome: NodeOutcome, said: string): string {
  if ('message' in outcome) return outcome.message;
  if (outcome.kind === 'timed-out') return `no answer within ${Math.round(outcome.afterMs / 1000)} s`;
  if (outcome.kind !== 'finished') return outcome.kind;
  const how = outcome.signal === undefined ? `exit ${outcome.code}` : `signal ${outcome.signal}`;
  const firstLine = said.trim().split('\n', 1)[0] ?? '';
  return `sh on the node gave no answer (${how})${firstLine === '' ? '' : `: ${firstLine}`}`;
}
