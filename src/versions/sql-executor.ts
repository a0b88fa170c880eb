import type { Duplex } from 'node:stream';
import type { Executor } from '../fanout/executor.ts';
import { openSqlSession } from '../sql/sql-session.ts';
import { askServer } from './ask-server.ts';
import type { NoteQuery } from './release-data.ts';
import { readPairs, readSections, type Section } from './sections.ts';

/** `psql`: on the node; `pg`: by this program, through the connection to the node; `auto`: psql, pg where there is none. */
export type SqlWay = 'auto' | 'psql' | 'pg';

/** A server's socket on a node. */
export interface ServerSocket {
  readonly node: string;
  readonly path: string;
  /** User of the server's processes: who may log in there without a password. */
  readonly owner: string;
}

export interface AskBySqlOptions {
  readonly nonce: string;
  readonly notes: readonly NoteQuery[];
  readonly open: (socket: ServerSocket, signal: AbortSignal) => Promise<Duplex>;
}

const times = { connectMs: 10_000, statementMs: 20_000 };

/**
 * Runs the collector, then asks the servers it found and could not ask through `pg`: what they say is added to the
 * collector's answer as if it were its own.
 */
export function askBySql(inner: Executor, { nonce, notes, open }: AskBySqlOptions): Executor {
  return {
    async execute(node, task, sink, signal) {
      const chunks: Buffer[] = [];
      const outcome = await inner.execute(
        node,
        task,
        {
          write(stream, chunk) {
            if (stream === 'stdout') chunks.push(Buffer.from(chunk));
            return sink.write(stream, chunk);
          },
        },
        signal,
      );
      if (outcome.kind !== 'finished') return outcome;
      const sections = readSections(Buffer.concat(chunks).toString(), nonce);
      for (const instance of sections.named('instance')) {
        const socket = socketOf(node, instance);
        if (socket === undefined || sections.of('sql', instance.words[0] ?? '') !== undefined) continue;
        const lines = await askServer(
          (database) =>
            openSqlSession({
              stream: () => open(socket, signal),
              user: socket.owner,
              database,
              name: 'muster versions',
              ...times,
              signal,
            }),
          notes,
          signal,
        );
        await sink.write(
          'stdout',
          Buffer.from(`\n#${nonce} sql ${instance.words[0]}\n${lines.join('\n')}\n`),
        );
      }
      return outcome;
    },
    close: () => inner.close(),
  };
}

function socketOf(node: string, { text }: Section): ServerSocket | undefined {
  const pairs = readPairs(text);
  const [folder, port, owner] = ['socket', 'port', 'owner'].map((key) => pairs.get(key)?.[0]);
  if (folder === undefined || port === undefined || owner === undefined) return undefined;
  // A server may have several sockets: the first will do.
  return { node, path: `${folder.split(',')[0]!.trim()}/.s.PGSQL.${port}`, owner };
}
