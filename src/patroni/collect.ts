import { eachNode } from '../fanout/each-node.ts';
import type { Executor } from '../fanout/executor.ts';
import { askMember } from './ask-member.ts';
import type { MemberFacts } from './member.ts';
import { memberQuestions, type NotMember, readMember } from './read-member.ts';

export interface CollectOptions {
  readonly executor: Executor;
  readonly fanout: number;
  readonly signal: AbortSignal;
  /** Milliseconds a node. */
  readonly timeoutMs?: number;
}

/** What nodes said of themselves, each in exactly one of the lists, in the order given. */
export interface Members {
  readonly members: readonly MemberFacts[];
  readonly others: readonly NotMember[];
}

/** Asks all nodes at once what they are a member of. */
export async function collectMembers(nodes: readonly string[], options: CollectOptions): Promise<Members> {
  const answers = await eachNode(nodes, options.fanout, (node) => askNode(node, options));
  return {
    members: answers.filter((answer): answer is MemberFacts => !('why' in answer)),
    others: answers.filter((answer): answer is NotMember => 'why' in answer),
  };
}

async function askNode(
  node: string,
  { executor, signal, timeoutMs = 60_000 }: CollectOptions,
): Promise<MemberFacts | NotMember> {
  const answer = await askMember(executor, node, memberQuestions, signal, timeoutMs);
  if (answer.kind === 'answered') return readMember(node, answer);
  return { node, why: answer.why, absent: false };
}
