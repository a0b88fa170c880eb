import { collectorPart } from './collector-source.ts';
import type { NoteQuery } from './release-data.ts';

export interface CollectorOptions {
  /** Letters and digits nobody can guess: lines that begin with `#NONCE ` divide the answer. */
  readonly nonce: string;
  /** Questions about the servers that release notes ask, see release-data.ts. */
  readonly notes: readonly NoteQuery[];
  /** Commands of the user, run as the user who logs in. */
  readonly probes: readonly { readonly name: string; readonly command: string }[];
}

/** The script for standard input of `sh -s`: it does nothing before all of it has arrived. */
export function collectorScript({ nonce, notes, probes }: CollectorOptions): string {
  const owner = [
    collectorPart('owner'),
    fill(collectorPart('postgresql'), {
      NOTES_SERVER: noteQuestions(notes.filter(({ scope }) => scope === 'server')),
      NOTES_DATABASE: noteQuestions(notes.filter(({ scope }) => scope === 'database')),
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

/** Each asks whether its query finds a row; for servers of the majors it is about. */
function noteQuestions(notes: readonly NoteQuery[]): string {
  const questions = notes.map(
    ({ id, sql, majors }) => `case $major in ${majors.join(' | ')})
cat <<'SQL@NONCE@'
select row_to_json(t) from (select 'note' as fact, '${id}' as id, exists (${sql}) as found) t;
SQL@NONCE@
;;
esac`,
  );
  return questions.length === 0 ? ':' : questions.join('\n');
}

function probePart(name: string, command: string): string {
  return `section probe ${name}
sh -s 2>&1 <<'PROBE@NONCE@'
{ ${command}
} </dev/null
PROBE@NONCE@
section probe-status ${name} $?`;
}
