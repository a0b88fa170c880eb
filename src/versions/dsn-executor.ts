import { UserError } from '../errors.ts';
import type { Executor } from '../fanout/executor.ts';
import type { NotStartedReason } from '../fanout/outcome.ts';
import { openSqlSession } from '../sql/sql-session.ts';
import { askServer } from './ask-server.ts';
import type { NoteQuery } from './release-data.ts';

const times = { connectMs: 10_000, statementMs: 20_000 };

/**
 * Asks servers directly, without the nodes: `%h` in the DSN is the node. Answers as the collector does, with what SQL
 * knows and nothing else.
 * @throws UserError for a DSN that is none, or that holds a password: all users of this machine see command lines
 */
export function dsnExecutor(dsn: string, nonce: string, notes: readonly NoteQuery[]): Executor {
  const pattern = checkDsn(dsn);
  return {
    async execute(node, _task, sink, signal) {
      const url = new URL(pattern.replaceAll('%h', node));
      try {
        const session = await openSqlSession({ dsn: String(url), name: 'muster versions', ...times, signal });
        await session.close();
      } catch (error) {
        if (signal.aborted) return { kind: 'cancelled', remote: 'ended' };
        const { reason, message } = failureOf(error);
        return { kind: 'not-started', phase: 'connect', reason, message, retryable: false };
      }
      const open = (database: string) => {
        url.pathname = `/${encodeURIComponent(database)}`;
        return openSqlSession({ dsn: String(url), name: 'muster versions', ...times, signal });
      };
      const lines = await askServer(open, notes, signal);
      const port = url.port || '5432';
      const answer = [
        `#${nonce} instance 0`,
        `port\t${port}`,
        `#${nonce} sql 0`,
        ...lines,
        `#${nonce} end`,
        '',
      ];
      await sink.write('stdout', Buffer.from(answer.join('\n')));
      return { kind: 'finished', code: 0 };
    },
    async close() {},
  };
}

/** By Node's error codes; anything else is the server's own sentence. */
const reasons: Readonly<Record<string, readonly [NotStartedReason, string]>> = {
  ECONNREFUSED: ['refused', 'connection refused'],
  EHOSTUNREACH: ['unreachable', 'no route to host'],
  ENETUNREACH: ['unreachable', 'network is unreachable'],
  ENOTFOUND: ['dns-no-such-name', 'no such name'],
  EAI_AGAIN: ['dns-no-answer', 'the name service does not answer'],
};

function failureOf(error: unknown): { reason: NotStartedReason; message: string } {
  if (!(error instanceof Error)) return { reason: 'protocol', message: String(error) };
  // Of several addresses all have failed; the first says why.
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  const known = reasons[(first as NodeJS.ErrnoException).code ?? ''];
  if (known !== undefined) return { reason: known[0], message: known[1] };
  if (first.message.includes('client password must be a string')) {
    return {
      reason: 'auth-failed',
      message: 'the server asks for a password: put it into ~/.pgpass or PGPASSWORD',
    };
  }
  return { reason: 'protocol', message: first.message };
}

function checkDsn(dsn: string): string {
  const hint = "A URL with %h for the node: --dsn 'postgresql://monitor@%h/postgres'";
  let url;
  try {
    url = new URL(dsn.replaceAll('%h', 'node'));
  } catch {
    throw new UserError(`--dsn ${JSON.stringify(dsn)} is not a URL`, { hint });
  }
  if (!/^postgres(ql)?:$/.test(url.protocol))
    throw new UserError(`--dsn: ${url.protocol} is not postgresql:`, { hint });
  if (!dsn.includes('%h'))
    throw new UserError('--dsn names no node: all nodes would be the same server', { hint });
  if (url.password !== '' || url.searchParams.has('password')) {
    throw new UserError('--dsn holds a password, and everybody on this machine can read command lines', {
      hint: 'Put it into ~/.pgpass or PGPASSWORD.',
    });
  }
  return dsn;
}
