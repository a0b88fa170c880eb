import { randomBytes } from 'node:crypto';
import type { Executor } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { programPart, programParts } from './program-source.ts';

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
  /** One statement, or several; asked by psql as the user the server runs as. */
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

const answerLimit = 8 * 1024 * 1024;

/**
 * Asks a node's own Patroni and server: a program in Python, which Patroni itself needs, comes by standard input and runs
 * as root (sudo -n), so that address, certificate and password of the REST API are those of its configuration.
 * What can happen to a node is data; rejects only for bugs.
 * @param timeoutMs for everything, connecting included
 */
export async function askMember(
  executor: Executor,
  node: string,
  questions: readonly Question[],
  signal: AbortSignal,
  timeoutMs = 60_000,
): Promise<MemberAnswer> {
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
  if (line === undefined) return { kind: 'silent', outcome, why: whySilent(outcome, said) };
  const answer = JSON.parse(line.slice(nonce.length + 1)) as {
    patroni: PatroniOnNode;
    answers: Reply[];
    now: number;
  };
  return { kind: 'answered', patroni: answer.patroni, replies: answer.answers, now: answer.now };
}

/** The program as a command with its standard input. */
export function memberTask({
  nonce,
  request,
  timeoutMs,
}: {
  readonly nonce: string;
  readonly request: object;
  readonly timeoutMs: number;
}) {
  const head = `# coding: utf-8\nnonce = '${nonce}'\n`;
  const body = programParts.map(programPart);
  // The request follows the imports of the first part; as a JSON text in a JSON text it is a Python literal too.
  body.splice(1, 0, `request = json.loads(${JSON.stringify(asciiJson(request))})\n`);
  const script = `muster_member() {
command -v python3 >/dev/null 2>&1 || { echo 'python3 is missing' >&2; return 127; }
as=
[ "$(id -u)" = 0 ] || { sudo -n true >/dev/null 2>&1 && as='sudo -n'; }
$as python3 - <<'PROGRAM${nonce}'
${head}${body.join('\n')}
PROGRAM${nonce}
}
muster_member
`;
  return {
    command: 'exec sh -s',
    timeoutMs,
    stdin: async function* () {
      yield Buffer.from(script);
    },
  };
}

function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
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
