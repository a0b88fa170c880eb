import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, type Place } from '../config/config-error.ts';
import { parseDuration } from '../config/duration.ts';
import type { GroupSource } from './group-source.ts';
import { loadedSource } from './loaded-source.ts';
import { expandVariables } from './expand-variables.ts';

/** What the sources of groups.yaml depend on. */
export interface OwnSourcesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    context.addIssue(`expected a duration like 5s or 2m, found "${text}"`);
    return z.NEVER;
  }
  return ms;
});

const shared = { cache_time: duration.default(300_000) };

const sourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ansible'), path: z.string().min(1), ...shared }),
  z.strictObject({
    type: z.literal('http'),
    url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }),
    headers: z.record(z.string(), z.string()).default({}),
    timeout: duration.default(10_000),
    ...shared,
  }),
  z.strictObject({
    type: z.literal('postgresql'),
    dsn: z.string().default(''),
    query: z.string().min(1),
    timeout: duration.default(10_000),
    ...shared,
  }),
]);

const fileSchema = z.strictObject({ sources: z.record(z.string(), sourceSchema) });

type SourceSettings = z.infer<typeof sourceSchema>;

/** Reads muster's groups.yaml: sources that ClusterShell does not know. Nothing is fetched yet. */
export async function parseOwnSources(
  text: string,
  file: string,
  options: OwnSourcesOptions,
): Promise<GroupSource[]> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  // Every scalar stays text, as in the other files of groups: a source may be called 69.
  const document = yaml.parseDocument(text, { lineCounter: lines, schema: 'failsafe', prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new ConfigError({ file, line: lines.linePos(broken.pos[0]).line }, broken.message);
  }
  const placeOf = (path: readonly PropertyKey[]): Place => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      const range = yaml.isNode(node) ? node.range : undefined;
      if (range) {
        return { file, line: lines.linePos(range[0]).line };
      }
    }
    return { file, line: 1 };
  };
  const parsed = fileSchema.safeParse(document.toJS());
  const issue = parsed.error?.issues[0];
  if (issue !== undefined) {
    throw new ConfigError(placeOf(issue.path), `${issue.path.join('.') || 'file'}: ${issue.message}`);
  }
  return Object.entries(parsed.data?.sources ?? {}).map(([name, settings]) =>
    ownSource(name, settings, placeOf(['sources', name]), options),
  );
}

function ownSource(
  name: string,
  settings: SourceSettings,
  place: Place,
  options: OwnSourcesOptions,
): GroupSource {
  if (settings.type === 'ansible') {
    return ansibleSource(name, settings, place, options);
  }
  return settings.type === 'http'
    ? httpSource(name, settings, place, options)
    : postgresqlSource(name, settings, place, options);
}

type Settings<Type extends SourceSettings['type']> = Extract<SourceSettings, { type: Type }>;

function ansibleSource(
  name: string,
  settings: Settings<'ansible'>,
  place: Place,
  { home }: OwnSourcesOptions,
): GroupSource {
  const path = resolve(dirname(place.file), settings.path.replace(/^~(?=\/|$)/, home));
  return loadedSource({
    name,
    kind: 'ansible',
    origin: path,
    keepMs: settings.cache_time,
    load: async () => (await import('./ansible-inventory.ts')).readAnsibleInventory(path),
  });
}

function httpSource(
  name: string,
  settings: Settings<'http'>,
  place: Place,
  { env }: OwnSourcesOptions,
): GroupSource {
  const url = new URL(settings.url);
  return loadedSource({
    name,
    kind: 'http',
    origin: `${url.origin}${url.pathname}`,
    keepMs: settings.cache_time,
    async load() {
      const { fetchHttpGroups } = await import('./http-groups.ts');
      const headers = Object.fromEntries(
        Object.entries(settings.headers).map(([key, value]) => [key, expandVariables(value, env, place)]),
      );
      return fetchHttpGroups({ source: name, url, headers, timeoutMs: settings.timeout });
    },
  });
}

function postgresqlSource(
  name: string,
  settings: Settings<'postgresql'>,
  place: Place,
  { env }: OwnSourcesOptions,
): GroupSource {
  const origin = addressOfDsn(settings.dsn);
  return loadedSource({
    name,
    kind: 'postgresql',
    origin,
    keepMs: settings.cache_time,
    async load() {
      const { queryPostgresqlGroups } = await import('./postgresql-groups.ts');
      const dsn = expandVariables(settings.dsn, env, place);
      return queryPostgresqlGroups({
        source: name,
        dsn,
        query: settings.query,
        timeoutMs: settings.timeout,
        origin,
      });
    },
  });
}

/** host/database, never the password. */
function addressOfDsn(dsn: string): string {
  const found = /^postgres(?:ql)?:\/\/(?:[^@/]*@)?([^?]*)/.exec(dsn)?.[1];
  return `postgresql ${found === undefined || found === '' ? '(from the environment)' : found}`;
}
