import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { openSqlSession, type SqlSession } from '../sql/sql-session.ts';
import { createProbeSql, dropProbeSql, probeTable, type WriteProbe } from './write-probe.ts';

const times = { connectMs: 2000, statementMs: 2000 };
const everyMs = 100;

/**
 * The address of one cluster for libpq: `%c` is its name, `%s` its number at the end. Several hosts are tried in their order.
 * @throws UserError for what is no such address, or holds a password: all users of this machine see command lines
 */
export function readProbeDsn(dsn: string, cluster: string): string[] {
  const number = /\d+$/.exec(cluster)?.[0] ?? '';
  const text = dsn.replaceAll('%c', cluster).replaceAll('%s', number);
  const match = /^(postgres(?:ql)?:\/\/)([^@/?]*@)?([^/?]+)(.*)$/.exec(text);
  const hint =
    'For example postgresql://muster@lb1:5000,lb2:5000/postgres; the password comes from PGPASSWORD or ~/.pgpass.';
  if (match === null) throw new UserError(`--probe-dsn ${dsn}: not an address of PostgreSQL`, { hint });
  const [, scheme = '', user = '', hosts = '', rest = ''] = match;
  if (user.includes(':') || /[?&]password=/.test(rest)) {
    throw new UserError('--probe-dsn holds a password', { hint });
  }
  return hosts.split(',').map((host) => {
    const url = `${scheme}${user}${host}${rest}`;
    if (!URL.canParse(url))
      throw new UserError(`--probe-dsn ${dsn}: ${host} is not a host and a port`, { hint });
    return url;
  });
}

/** Writes from this machine, as applications do: through the proxies, or to whichever of several hosts takes writes. */
export async function probeByDsn(urls: readonly string[], signal: AbortSignal): Promise<WriteProbe | string> {
  const begin = await connectWritable(urls, signal);
  if (typeof begin === 'string') return begin;
  try {
    await begin.column(createProbeSql);
  } catch (error) {
    await begin.close();
    return (error as Error).message;
  }
  const ending = new AbortController();
  const seen = { gaps: 0, gapMs: 0, longestMs: 0 };
  const writing = writeOn(begin, urls, AbortSignal.any([signal, ending.signal]), (gapMs) => {
    seen.gaps += 1;
    seen.gapMs += gapMs;
    seen.longestMs = Math.max(seen.longestMs, gapMs);
  });
  return {
    async stop() {
      ending.abort();
      await writing;
      const problem = await drop(urls, signal);
      return { report: seen, ...(problem === undefined ? {} : { problem }) };
    },
  };
}

/** Takes away what a killed run left. Says why it could not. */
export async function drop(urls: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const session = await connectWritable(urls, signal);
  if (typeof session === 'string') return session;
  try {
    await session.column(dropProbeSql);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await session.close();
  }
}

/** @param onGap told each time writes go on: milliseconds since the last one before */
async function writeOn(
  first: SqlSession,
  urls: readonly string[],
  ending: AbortSignal,
  onGap: (ms: number) => void,
): Promise<void> {
  let session: SqlSession | undefined = first;
  let last = performance.now();
  let failed = false;
  while (!ending.aborted) {
    try {
      if (session === undefined) {
        const found = await connectWritable(urls, ending);
        if (typeof found === 'string') throw new Error(found);
        session = found;
      }
      await session.column(`update ${probeTable} set at = clock_timestamp() returning 1`);
      const now = performance.now();
      if (failed) onGap(Math.round(now - last));
      [last, failed] = [now, false];
    } catch {
      failed ||= !ending.aborted;
      await session?.close();
      session = undefined;
    }
    await sleep(failed ? 20 : everyMs, undefined, { signal: ending }).catch(() => {});
  }
  if (failed) onGap(Math.round(performance.now() - last));
  await session?.close();
}

async function connectWritable(urls: readonly string[], signal: AbortSignal): Promise<SqlSession | string> {
  let why = 'no host is named';
  for (const dsn of urls) {
    let session: SqlSession | undefined;
    try {
      session = await openSqlSession({ dsn, name: 'muster probe', ...times, writes: true, signal });
      const [isStandby] = await session.column('select pg_is_in_recovery()');
      if (isStandby === false) return session;
      why = `${new URL(dsn).host} takes no writes`;
    } catch (error) {
      why = `${new URL(dsn).host}: ${(error as Error).message}`;
    }
    await session?.close();
  }
  return why;
}
