import type { Executor } from '../fanout/executor.ts';
import { askNode, type Asked, type Question } from './ask-node.ts';
import { followJob } from './follow-job.ts';
import type { JobSpec, Jobs, JobState, Unreachable } from './job.ts';
import { outputBody, removeBody, stateBody } from './look-script.ts';
import { rootFolder as usualRootFolder } from './place-script.ts';
import { readState } from './read-state.ts';
import { startBody } from './start-script.ts';

export interface JobsOptions {
  /** Where root's jobs are kept on the nodes; default: /var/lib/muster/jobs. */
  readonly rootFolder?: string;
  /** For a node's answer, the start of a job included; default: 60000. */
  readonly answerMs?: number;
}

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,179}$/;
const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Jobs on the nodes this executor reaches. Best with one that keeps its connections open. */
export function createJobs(executor: Executor, options: JobsOptions = {}): Jobs {
  const { rootFolder = usualRootFolder, answerMs = 60_000 } = options;
  const ask = (
    node: string,
    question: Omit<Question, 'timeoutMs'> & { readonly timeoutMs?: number },
    signal: AbortSignal,
  ): Promise<Asked> => askNode(executor, node, rootFolder, { timeoutMs: answerMs, ...question }, signal);

  return {
    async start(node, spec, signal) {
      checkSpec(spec);
      const side = spec.sudo === true ? 'sudo' : 'own';
      const { outcome, last, why } = await ask(node, { id: spec.id, body: startBody(spec), side }, signal);
      if (last?.letter === 'S') return { kind: 'started' };
      if (last?.letter === 'X') return { kind: 'exists' };
      if (last?.letter === 'E') return { kind: 'failed', outcome, message: last.words };
      const never =
        outcome.kind === 'not-started' || outcome.kind === 'refused' || outcome.kind === 'skipped';
      return { kind: never ? 'failed' : 'unknown', outcome, message: why };
    },

    async state(node, id, signal) {
      checkId(id);
      const tail: Buffer[] = [];
      const onOutput = (chunk: Buffer) => void tail.push(Buffer.from(chunk));
      const asked = await ask(node, { id, body: stateBody(), side: 'own', onOutput }, signal);
      return stateOrUnreachable(asked, () => Buffer.concat(tail));
    },

    async follow(node, id, follow, signal) {
      checkId(id);
      return followJob(ask, node, id, follow, signal);
    },

    async output(node, id, signal) {
      checkId(id);
      const chunks: Buffer[] = [];
      const onOutput = (chunk: Buffer) => void chunks.push(Buffer.from(chunk));
      const asked = await ask(node, { id, body: outputBody, side: 'own', onOutput, timeoutMs: 0 }, signal);
      const state = stateOrUnreachable(asked, () => Buffer.alloc(0));
      return state.kind === 'unreachable' ? state : { kind: 'output', bytes: Buffer.concat(chunks) };
    },

    async remove(node, prefix, signal) {
      checkId(prefix);
      const ids: string[] = [];
      const onAnswer = ({ letter, words }: { letter: string; words: string }) => {
        if (letter === 'G') ids.push(words);
      };
      const asked = await ask(node, { id: prefix, body: removeBody, side: 'both', onAnswer }, signal);
      if (asked.last?.letter === 'S') return { kind: 'removed', ids };
      return { kind: 'unreachable', outcome: asked.outcome, message: asked.last?.words ?? asked.why };
    },
  };
}

function stateOrUnreachable(asked: Asked, tail: () => Buffer): JobState | Unreachable {
  if (asked.last?.letter === 'S') return readState(asked.last.words, tail);
  return { kind: 'unreachable', outcome: asked.outcome, message: asked.last?.words ?? asked.why };
}

function checkId(id: string): void {
  if (!idPattern.test(id)) throw new TypeError(`not the id of a job: ${JSON.stringify(id)}`);
}

function checkSpec(spec: JobSpec): void {
  checkId(spec.id);
  const values = { ...spec.env, ...spec.secrets };
  for (const name of Object.keys(values)) {
    if (!namePattern.test(name)) throw new TypeError(`not the name of a variable: ${JSON.stringify(name)}`);
  }
  if ([spec.command, ...Object.values(values)].some((text) => text.includes('\0'))) {
    throw new TypeError('a NUL byte in the command or the environment of a job');
  }
}
