import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, type Place } from '../config/config-error.ts';
import { parseDuration } from '../config/duration.ts';
import type { GroupSource } from './group-source.ts';
import { loadedSource } from './loaded-source.ts';
import { expandVariables } from './expand-variables.ts';
import { patroniSource, rolesOnce, type ClusterGroups } from './patroni-source.ts';

/** What the sources of groups.yaml depend on. */
export interface OwnSourcesOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** The groups of the other sources: the clusters of Patroni sources. */
  readonly groups: ClusterGroups;
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
  z.strictObject({
    type: z.literal('patroni'),
    clusters: z.string().min(1),
    role: z.enum(['leader', 'replica', 'sync']).optional(),
    protocol: z.enum(['http', 'https']).default('http'),
    port: z
      .string()
      .regex(/^\d{1,5}$/, 'expected a port number')
      .default('8008')
      .transform(Number),
    ca: z.string().optional(),
    cert: z.string().optional(),
    key: z.string().optional(),
    timeout: duration.default(3000),
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
  // One for the whole file: the roles of a cluster come from the same answers, whatever source asks.
  const rolesOf = rolesOnce(patroniKeepMs);
  return Object.entries(parsed.data?.sources ?? {}).map(([name, settings]) => {
    const place = placeOf(['sources', name]);
    return settings.type === 'patroni'
      ? ownPatroniSource(name, settings, place, options, rolesOf)
      : ownSource(name, settings, place, options);
  });
}

/** Long enough for one command line, short enough for a shell that stays open. */
const patroniKeepMs = 5000;

function ownPatroniSource(
  name: string,
  settings: Settings<'patroni'>,
  place: Place,
  { home, groups }: OwnSourcesOptions,
  rolesOf: ReturnType<typeof rolesOnce>,
): GroupSource {
  const role = settings.role ?? (['leader', 'replica', 'sync'] as const).find((known) => known === name);
  if (role === undefined) {
    throw new ConfigError(place, `sources.${name}.role: expected leader, replica or sync`, {
      hint: 'It can be left out when the source itself is called leader, replica or sync.',
    });
  }
  const file = (path: string | undefined) =>
    path === undefined ? undefined : resolve(dirname(place.file), path.replace(/^~(?=\/|$)/, home));
  const { clusters, protocol, port, timeout } = settings;
  const access = {
    protocol,
    port,
    timeoutMs: timeout,
    ca: file(settings.ca),
    cert: file(settings.cert),
    key: file(settings.key),
  };
  return patroniSource({ name, role, clusters, access, groups, rolesOf });
}

function ownSource(
  name: string,
  settings: Exclude<SourceSettings, { type: 'patroni' }>,
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
