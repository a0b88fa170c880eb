import { pgVersionOfNumber } from '../versions/pg-version.ts';
import type { MemberAnswer, PatroniOnNode, Question, Reply } from './ask-member.ts';
import { serverFactsSql } from './facts-sql.ts';
import type { ClusterAsSeen, MemberFacts, SeenMember, ServerFacts } from './member.ts';
import { jsonOf } from './read-reply.ts';

type Document = Readonly<Record<string, unknown>>;

/** All that makes MemberFacts, in one request. */
export const memberQuestions: readonly Question[] = [
  { ask: 'rest', path: '/patroni' },
  { ask: 'rest', path: '/cluster' },
  { ask: 'rest', path: '/config' },
  { ask: 'rest', method: 'OPTIONS', path: '/primary' },
  { ask: 'rest', method: 'OPTIONS', path: '/replica' },
  { ask: 'rest', method: 'OPTIONS', path: '/read-only' },
  { ask: 'server' },
  { ask: 'sql', text: serverFactsSql },
];

/** A node that is no member, or cannot say. */
export interface NotMember {
  readonly node: string;
  readonly why: string;
  /** Nothing of Patroni is there, as opposed to: it does not answer. */
  readonly absent: boolean;
}

/** Reads the answers to memberQuestions. Never throws: what makes no sense is null or a problem. */
export function readMember(
  node: string,
  answer: Extract<MemberAnswer, { kind: 'answered' }>,
): MemberFacts | NotMember {
  const { patroni, replies, now } = answer;
  const [own, cluster, config, primary, replica, readOnly, server, sql] = replies;
  if (patroni.processes === 0) {
    const why = patroni.config === null ? 'no Patroni' : 'Patroni is installed and does not run';
    return { node, why, absent: patroni.config === null };
  }
  if (patroni.processes > 1) {
    return { node, why: `${patroni.processes} Patronis run here: which one is meant?`, absent: false };
  }
  const said = readDocument(own);
  const self = asDocument(said?.['patroni']);
  const scope = text(self['scope']) ?? patroni.scope;
  if (said === undefined || scope === null) {
    return { node, why: patroni.problem ?? `Patroni does not answer: ${problemOf(own)}`, absent: false };
  }
  const seen = readCluster(readDocument(cluster));
  const name = text(self['name']) ?? patroni.name;
  const process = asDocument(readText(server));
  const facts = readServer(sql);
  const number = Number(said['server_version']);
  const lastSeen = said['dcs_last_seen'];
  return {
    node,
    scope,
    name,
    role: readRole(said['role']),
    state: text(said['state']) ?? 'unknown',
    patroniVersion: text(self['version']),
    patroniInstalled: patroni.installed,
    patroniIsCurrent: isCurrent(patroni, text(self['version'])),
    patroniUnit: patroni.unit,
    serverVersion: facts?.version ?? (number > 0 ? pgVersionOfNumber(number) : null),
    serverInstalled: text(process['installed']),
    replaced: typeof process['replaced'] === 'boolean' ? process['replaced'] : null,
    startedAt: text(said['postmaster_start_time']),
    timeline: toNumber(said['timeline']) ?? seen?.members.find((one) => one.name === name)?.timeline ?? null,
    systemIdentifier: text(said['database_system_identifier']),
    pendingRestart: said['pending_restart'] === true,
    pendingReasons: readReasons(said['pending_restart_reason']),
    tags: { ...patroni.tags, ...asDocument(said['tags']) },
    paused: said['pause'] === true,
    unlocked: said['cluster_unlocked'] === true,
    failsafe: said['failsafe_mode_is_active'] === true,
    storeAge: typeof lastSeen === 'number' ? Math.max(0, now - lastSeen) : null,
    scheduledRestart: said['scheduled_restart'] !== undefined && said['scheduled_restart'] !== null,
    watchdogFailed: said['watchdog_failed'] === true,
    cluster: seen,
    config: readDocument(config) ?? null,
    checks: { primary: statusOf(primary), replica: statusOf(replica), readOnly: statusOf(readOnly) },
    server: facts,
    problems: problemsOf(patroni, cluster, facts === null ? sql : undefined),
    now,
  };
}

/** A package of the same version is another one, too, when it came after the start. */
export function isCurrent(
  { installed, installedAt, startedAt }: PatroniOnNode,
  running: string | null,
): boolean {
  if (installed !== null && running !== null && installed !== running) return false;
  return installedAt === null || startedAt === null || installedAt <= startedAt;
}

function readRole(value: unknown): MemberFacts['role'] {
  if (value === 'master' || value === 'primary' || value === 'promoted') return 'primary';
  return value === 'standby_leader' || value === 'replica' ? value : null;
}

/** From 2.0 on; the states and roles of newer versions are a superset. */
function readCluster(document: Document | undefined): ClusterAsSeen | null {
  const members = document?.['members'];
  if (!Array.isArray(members)) return null;
  const scheduled = asDocument(document?.['scheduled_switchover']);
  return {
    members: members.map((one): SeenMember => {
      const member = asDocument(one);
      return {
        name: text(member['name']) ?? '?',
        role: text(member['role']) === 'master' ? 'leader' : (text(member['role']) ?? 'unknown'),
        state: text(member['state']) ?? 'unknown',
        host: text(member['host']),
        port: toNumber(member['port']),
        timeline: toNumber(member['timeline']),
        // 4.1 says it apart: what is not replayed is what a promotion must catch up with.
        lag: toNumber(member['replay_lag']) ?? toNumber(member['lag']),
        tags: asDocument(member['tags']),
        pendingRestart: member['pending_restart'] === true,
      };
    }),
    scheduledSwitchover: Object.keys(scheduled).length === 0 ? null : { at: text(scheduled['at']) },
  };
}

/** Reads the answer to serverFactsSql. */
export function readServer(reply: Reply | undefined): ServerFacts | null {
  const document = asDocument(readDocument(reply));
  if (typeof document['inRecovery'] !== 'boolean') return null;
  const facts = document as unknown as Omit<ServerFacts, 'version'> & { readonly version: number };
  return { ...facts, version: pgVersionOfNumber(facts.version) };
}

function readReasons(value: unknown): MemberFacts['pendingReasons'] {
  return Object.entries(asDocument(value)).map(([name, change]) => {
    const { old_value: from, new_value: to } = asDocument(change);
    return { name, from: String(from), to: String(to) };
  });
}

function problemsOf(
  { problem }: PatroniOnNode,
  cluster: Reply | undefined,
  sql: Reply | undefined,
): string[] {
  const problems = problem === null ? [] : [problem];
  if (statusOf(cluster) !== 200) problems.push(`its view of the cluster is missing: ${problemOf(cluster)}`);
  if (sql !== undefined) problems.push(`its server does not answer: ${problemOf(sql)}`);
  return problems;
}

/** Why a question has no good answer, one line. */
export function problemOf(reply: Reply | undefined): string {
  if (reply === undefined) return 'not asked';
  const words =
    'error' in reply && reply.error !== undefined ? reply.error : (reply as { text: string }).text;
  const line = words.trim().split('\n')[0] ?? '';
  return reply.status === undefined ? line : `${reply.status} ${line}`.trim();
}

function readDocument(reply: Reply | undefined): Document | undefined {
  const value = readText(reply);
  return typeof value === 'object' && value !== null ? (value as Document) : undefined;
}

/** Answers of the program's own questions are objects already. */
function readText(reply: Reply | undefined): unknown {
  return reply === undefined || 'text' in reply ? jsonOf(reply) : reply;
}

function statusOf(reply: Reply | undefined): number | null {
  return reply?.status ?? null;
}

function asDocument(value: unknown): Document {
  return typeof value === 'object' && value !== null ? (value as Document) : {};
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}

function toNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
