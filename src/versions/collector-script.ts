import { collectorPart } from './collector-source.ts';
import { databaseQuestions, listDatabases, type Question, serverQuestions } from './questions.ts';
import type { NoteQuery } from './release-data.ts';

export interface CollectorOptions {
  /** Letters and digits nobody can guess: lines that begin with `#NONCE ` divide the answer. */
  readonly nonce: string;
  /** Questions about the servers that release notes ask, see release-data.ts. */
  readonly notes: readonly NoteQuery[];
  /** Commands of the user, run as the user who logs in. */
  /** False: the servers are asked another way. */
  readonly psql: boolean;
  readonly probes: readonly { readonly name: string; readonly command: string }[];
}

/** The script for standard input of `sh -s`: it does nothing before all of it has arrived. */
export function collectorScript({ nonce, notes, psql, probes }: CollectorOptions): string {
  const owner = [
    collectorPart('owner'),
    fill(collectorPart('postgresql'), {
      PSQL: psql ? 'yes' : 'no',
      SERVER_QUESTIONS: questionParts(serverQuestions(notes)),
      DATABASE_QUESTIONS: questionParts(databaseQuestions(notes)),
      LIST_DATABASES: `select '\\connect ' || quote_ident(datname) from (${listDatabases}) d;`,
    }),
    collectorPart('patroni'),
    'read_as_owner "$@" </dev/null',
  ].join('\n');
  const script = [
    collectorPart('frame'),
    collectorPart('host'),
    collectorPart('packages'),
    fill(collectorPart('processes'), { OWNER: owner }),
    collectorPart('tools'),
    ...probes.map(({ name, command }) => probePart(name, command)),
    collectorPart('end'),
  ].join('\n');
  return fill(script, { NONCE: nonce });
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@([A-Z_]+)@/g, (mark, name: string) => values[name] ?? mark);
}

/** Prints the questions a server understands. */
function questionParts(questions: readonly Question[]): string {
  return questions
    .map(({ since, majors, sql }) => {
      const text = `cat <<'SQL@NONCE@'\n${sql};\nSQL@NONCE@\n`;
      return majors === undefined
        ? `since ${since} && ${text}`
        : `case $major in ${majors.join(' | ')})\n${text};;\nesac\n`;
    })
    .join('');
}

function probePart(name: string, command: string): string {
  return `section probe ${name}
sh -s 2>&1 <<'PROBE@NONCE@'
{ ${command}
} </dev/null
PROBE@NONCE@
section probe-status ${name} $?`;
}
