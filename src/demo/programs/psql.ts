import type { ProgramContext } from '../sh/shell.ts';
import { answer, QueryError } from './queries.ts';
import { alignedTable, plainRows } from './query-output.ts';

/** `psql [-AtqX] [-c query]… [-U user] [-d database]`, or queries on standard input. */
export async function psql(context: ProgramContext): Promise<number> {
  const { node, stdout, stderr } = context;
  const { queries, aligned, tuplesOnly, separator, version } = await readPsqlArguments(context);
  if (version) {
    const client = node.packages.find(({ name }) => name === 'postgresql-client-9.6')!;
    await stdout.write(`psql (PostgreSQL) ${client.installed.replace(/-.*$/, '')}\n`);
    return 0;
  }
  if (node.services.get('patroni')?.active !== true) {
    await stderr.write(`psql: could not connect to server: No such file or directory
	Is the server running locally and accepting
	connections on Unix domain socket "/var/run/postgresql/.s.PGSQL.5432"?
`);
    return 2;
  }
  for (const query of queries) {
    try {
      const result = answer(node, query);
      await stdout.write(
        'tag' in result
          ? `${result.tag}\n`
          : aligned
            ? alignedTable(result, tuplesOnly)
            : plainRows(result, tuplesOnly, separator),
      );
    } catch (error) {
      if (error instanceof QueryError) {
        await stderr.write(`${error.message}\n`);
        return 1;
      }
      throw error;
    }
  }
  return 0;
}

interface PsqlArguments {
  readonly queries: readonly string[];
  readonly aligned: boolean;
  readonly tuplesOnly: boolean;
  readonly separator: string;
  readonly version: boolean;
}

const longNames: Readonly<Record<string, string>> = {
  '--command': '-c',
  '--no-align': '-A',
  '--tuples-only': '-t',
  '--version': '-V',
  '--field-separator': '-F',
};

async function readPsqlArguments({ args, stdin }: ProgramContext): Promise<PsqlArguments> {
  const words = args.flatMap((arg) => {
    const [, name, value] = /^(--[a-z-]+)(?:=([^]*))?$/.exec(arg) ?? [];
    return name === undefined
      ? [arg]
      : value === undefined
        ? [longNames[name] ?? name]
        : [longNames[name] ?? name, value];
  });
  const texts: string[] = [];
  const flags = new Set<string>();
  let separator = '|';
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!/^-[A-Za-z]/.test(word)) {
      continue; // a database's name: every one answers the same
    }
    for (let at = 1; at < word.length; at += 1) {
      const letter = word[at]!;
      if (!'cdUhpFvfoPR'.includes(letter)) {
        flags.add(letter);
        continue;
      }
      const value = word.slice(at + 1) || (words.shift() ?? '');
      if (letter === 'c') {
        texts.push(value);
      } else if (letter === 'F') {
        separator = value;
      }
      break;
    }
  }
  const version = flags.has('V');
  if (texts.length === 0 && !version) {
    texts.push((await stdin.readAll()).toString());
  }
  const queries = texts
    .flatMap((text) => text.split(';'))
    .map((query) => query.trim())
    .filter((query) => query !== '');
  return { queries, aligned: !flags.has('A'), tuplesOnly: flags.has('t'), separator, version };
}
