import type { SqlSession } from '../sql/sql-session.ts';
import {
  databaseQuestions,
  listDatabases,
  majorNumber,
  type Question,
  serverQuestions,
} from './questions.ts';
import type { NoteQuery } from './release-data.ts';
import { pgMajor, pgVersionOfNumber } from './pg-version.ts';

/** Opens a session with one database of the server. */
export type OpenDatabase = (database: string) => Promise<SqlSession>;

/**
 * Asks a server all the collector asks through psql. Never rejects.
 * @returns lines as psql prints them: one JSON object each, or the server's complaint
 */
export async function askServer(
  open: OpenDatabase,
  notes: readonly NoteQuery[],
  signal: AbortSignal,
): Promise<string[]> {
  const lines: string[] = [];
  const complain = (error: unknown): void => {
    lines.push(`ERROR:  ${oneLine(error)}`);
  };
  const inDatabase = async (name: string, work: (session: SqlSession) => Promise<void>): Promise<void> => {
    try {
      const session = await open(name);
      try {
        await work(session);
      } finally {
        await session.close();
      }
    } catch (error) {
      complain(error);
    }
  };
  const ask = async (session: SqlSession, questions: readonly Question[], number: number): Promise<void> => {
    const major = pgMajor(pgVersionOfNumber(number));
    for (const { since, majors, sql } of questions) {
      if (majorNumber(number) < since || majors?.includes(major) === false) continue;
      try {
        for (const value of await session.column(sql)) lines.push(JSON.stringify(value));
      } catch (error) {
        complain(error);
      }
    }
  };

  let number = 0;
  let databases: unknown[] = [];
  await inDatabase('postgres', async (session) => {
    number = Number((await session.column("select current_setting('server_version_num')"))[0]);
    await ask(session, serverQuestions(notes), number);
    databases = await session.column(listDatabases);
  });
  for (const name of databases) {
    if (signal.aborted) break;
    await inDatabase(String(name), (session) => ask(session, databaseQuestions(notes), number));
  }
  return lines;
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ').slice(0, 300);
}
