import { askMember, type Question } from '../patroni/ask-member.ts';
import type { CollectOptions } from '../patroni/collect.ts';
import { problemOf } from '../patroni/read-member.ts';
import { jsonOf } from '../patroni/read-reply.ts';
import { type ReplicationFacts, replicationSql } from './facts-sql.ts';

/** What a node says of the one server that runs on it. */
export interface ServerAnswer {
  readonly node: string;
  /** Null: the server does not answer. */
  readonly facts: ReplicationFacts | null;
  /** Why it does not. */
  readonly why: string | null;
  /** What the program on disk is: `15.20`. */
  readonly installed: string | null;
  /** The running program's file was replaced. */
  readonly replaced: boolean | null;
  /** The systemd unit its processes are in: `postgresql@15-main.service`; null: none, or it does not run. */
  readonly unit: string | null;
  /** The file its log goes to, where Debian's tools know it. */
  readonly log: string | null;
  readonly addresses: readonly string[];
  /** Programs that restart or promote servers by themselves: `repmgrd`. */
  readonly watchers: readonly string[];
  /** Patronis that run here. */
  readonly patronis: number;
  /** The node's clock, seconds since 1970. */
  readonly now: number;
}

/** A node that could not be asked. */
export interface SilentNode {
  readonly node: string;
  readonly silent: string;
}

const questions: readonly Question[] = [
  { ask: 'sql', text: replicationSql },
  { ask: 'server' },
  { ask: 'unit' },
];

/** Asks a node for its server, whatever manages it. What can happen to a node is data; rejects only for bugs. */
export async function askServer(
  node: string,
  { executor, signal, timeoutMs = 60_000 }: Omit<CollectOptions, 'fanout'>,
): Promise<ServerAnswer | SilentNode> {
  const answer = await askMember(executor, node, questions, signal, timeoutMs);
  if (answer.kind === 'silent') return { node, silent: answer.why };
  const [sql, server, service] = answer.replies;
  const process = (server ?? {}) as {
    readonly installed?: string | null;
    readonly replaced?: boolean | null;
  };
  const own = (service ?? {}) as Partial<Pick<ServerAnswer, 'unit' | 'log' | 'addresses' | 'watchers'>>;
  const facts = (jsonOf(sql) as ReplicationFacts | undefined) ?? null;
  return {
    node,
    facts,
    why: facts === null ? problemOf(sql) : null,
    installed: process.installed ?? null,
    replaced: process.replaced ?? null,
    unit: own.unit ?? null,
    log: own.log ?? null,
    addresses: own.addresses ?? [],
    watchers: own.watchers ?? [],
    patronis: answer.patroni.processes,
    now: answer.now,
  };
}

export function isSilent(answer: ServerAnswer | SilentNode): answer is SilentNode {
  return 'silent' in answer;
}
