import { randomBytes } from 'node:crypto';
import type { Executor } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import type { KeptMembers } from './kept-members.ts';
import { memberTask } from './member-task.ts';

/** One question to a member's own Patroni or server. Times are seconds. */
export type Question =
  | {
      readonly ask: 'rest';
      readonly method?: 'GET' | 'OPTIONS' | 'POST' | 'PATCH' | 'DELETE';
      readonly path: string;
      /** JSON text. */
      readonly body?: string;
      readonly timeout?: number;
    }
  /** Statements that may be asked twice; asked by psql as the user the server runs as. */
  | { readonly ask: 'sql'; readonly text: string; readonly timeout?: number; readonly dataDirectory?: string }
  /** `programs` false: without the version of the program on disk, which has to be started for it. */
  | { readonly ask: 'server'; readonly dataDirectory?: string; readonly programs?: boolean }
  /** Which systemd unit runs the server, under which addresses it is known. */
  | { readonly ask: 'unit' }
  /** Sets the tag noloadbalance in Patroni's own configuration and lets it read that again, or puts back what was. */
  | { readonly ask: 'tag'; readonly set: boolean }
  /** Has systemd restart Patroni, and with it the server; `onlyReplica`: unless it leads. Answers at once. */
  | { readonly ask: 'service'; readonly onlyReplica: boolean; readonly timeout?: number };

/** What became of one question; `sent`: false when the request provably reached nobody. */
export type Reply =
  | { readonly status: number; readonly text: string }
  | { readonly text: string; readonly status?: undefined; readonly error?: undefined }
  | { readonly error: string; readonly sent?: boolean; readonly status?: undefined };

/** Patroni as its process and configuration describe it; null: not known. No passwords. */
export interface PatroniOnNode {
  /** Patronis that run here. */
  readonly processes: number;
  readonly config: string | null;
  /** Why the configuration could not be read. */
  readonly problem: string | null;
  readonly scope: string | null;
  readonly name: string | null;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly dataDirectory: string | null;
  readonly binDirectory: string | null;
  readonly installed: string | null;
  /** Seconds since 1970. */
  readonly installedAt: number | null;
  readonly startedAt: number | null;
  /** Its service of systemd. */
  readonly unit: string | null;
}

/** A member's answers, in the order of the questions; or why there are none. */
export type MemberAnswer =
  | {
      readonly kind: 'answered';
      readonly patroni: PatroniOnNode;
      readonly replies: readonly Reply[];
      /** The node's clock, seconds since 1970. */
      readonly now: number;
    }
  | { readonly kind: 'silent'; readonly outcome: NodeOutcome; readonly why: string };

/** Bytes of one answer. */
export const answerLimit = 8 * 1024 * 1024;

/** How members are asked: connections, and programs that stay on their nodes where there are some. */
export interface MemberExecutor extends Executor {
  readonly kept?: KeptMembers;
}

/**
 * Asks a node's own Patroni and server: a program in Python, which Patroni itself needs, runs there as root (sudo -n), so
 * that address, certificate and password of the REST API are those of its configuration. What changes something is asked
 * by a program of its own, once; what only looks may be asked by one that stays.
 * What can happen to a node is data; rejects only for bugs.
 * @param timeoutMs for everything, connecting included
 */
export async function askMember(
  executor: MemberExecutor,
  node: string,
  questions: readonly Question[],
  signal: AbortSignal,
  timeoutMs = 60_000,
): Promise<MemberAnswer> {
  if (executor.kept !== undefined && questions.every(isHarmless)) {
    const { line, outcome, said } = await executor.kept.ask(node, questions, { signal, timeoutMs });
    return readAnswer(line, outcome, said);
  }
  const nonce = randomBytes(12).toString('hex');
  const chunks: Buffer[] = [];
  let size = 0;
  let said = '';
  const outcome = await executor.execute(
    node,
    memberTask({ nonce, request: { questions }, timeoutMs }),
    {
      write(stream, chunk) {
        if (stream === 'stderr') said = `${said}${chunk.toString()}`.slice(-2000);
        else if ((size += chunk.length) <= answerLimit) chunks.push(Buffer.from(chunk));
      },
    },
    signal,
  );
  const text = Buffer.concat(chunks).toString();
  const line = text.split('\n').find((one) => one.startsWith(`${nonce} `));
  return readAnswer(line?.slice(nonce.length + 1), outcome, said);
}

/** Asking twice does no harm. */
function isHarmless(question: Question): boolean {
  if (question.ask === 'rest') return ['GET', 'OPTIONS'].includes(question.method ?? 'GET');
  return question.ask === 'sql' || question.ask === 'server' || question.ask === 'unit';
}

function readAnswer(line: string | undefined, outcome: NodeOutcome, said: string): MemberAnswer {
  if (line === undefined) return { kind: 'silent', outcome, why: whySilent(outcome, said) };
  const answer = JSON.parse(line) as { patroni: PatroniOnNode; answers: Reply[]; now: number };
  return { kind: 'answered', patroni: answer.patroni, replies: answer.answers, now: answer.now };
}

function whySilent(outcome: NodeOutcome, said: string): string {
  if ('message' in outcome) return outcome.message;
  const last = said.trim().split('\n').at(-1) ?? '';
  switch (outcome.kind) {
    case 'timed-out':
      return `no answer within ${Math.round(outcome.afterMs / 1000)} s`;
    case 'finished':
      return last === '' ? 'it gave no answer' : last;
    case 'skipped':
      return outcome.because;
    default:
      return 'interrupted';
  }
}
