import { randomBytes } from 'node:crypto';
import type { CommandTask, Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { createFrameFilter } from './frame-filter.ts';
import type { FramePart } from './frame-filter.ts';
import { createHeldOutput } from './held-output.ts';
import { readSnapshot, stateBetween } from './node-state.ts';
import type { NodeState, Snapshot } from './node-state.ts';
import {
  capturingCommand,
  frameEnd,
  frameStart,
  notPosixExitCode,
  restoringCommand,
} from './state-script.ts';
import { mayChangeState } from './state-words.ts';

/** Why the shell cannot say in what state a node is; `lost` keeps what was known before. */
export type StateNotice = 'not-posix' | 'ignored' | 'lost' | 'no-env';

/** The directory, umask and exported variables of each node, between the commands of one shell. */
export interface SessionState {
  of(node: string): NodeState | undefined;
  /** Whether the login shell of this node cannot keep any. */
  stateless(node: string): boolean;
  /** These nodes start as a login does; without a list all nodes, and what is known of their login shells goes too. */
  forget(nodes?: readonly string[]): void;
  /** What is worth telling since the last call: each notice once a node. */
  takeNotices(): ReadonlyMap<StateNotice, readonly string[]>;
  /** An executor that restores each node's state before a command and learns it after. */
  around(inner: Executor): Executor;
}

interface Known {
  readonly states: Map<string, NodeState>;
  readonly stateless: Set<string>;
  readonly told: Set<string>;
  notices: Map<StateNotice, string[]>;
}

export function createSessionState(): SessionState {
  const known: Known = { states: new Map(), stateless: new Set(), told: new Set(), notices: new Map() };
  return {
    of: (node) => known.states.get(node),
    stateless: (node) => known.stateless.has(node),
    forget(nodes) {
      for (const node of nodes ?? known.states.keys()) known.states.delete(node);
      if (nodes !== undefined) return;
      known.stateless.clear();
      known.told.clear();
    },
    takeNotices() {
      const taken = known.notices;
      known.notices = new Map();
      return taken;
    },
    around(inner) {
      // All nodes of a run have the same command: it is read once.
      let read: { readonly command: string; readonly changes: boolean } | undefined;
      return {
        execute: (node, task, sink, signal) => {
          const { command } = task;
          if (read?.command !== command) read = { command, changes: mayChangeState(command) };
          const { changes } = read;
          const plain = known.stateless.has(node) || (!changes && !known.states.has(node));
          return plain
            ? inner.execute(node, task, sink, signal)
            : executeWithState({ inner, known, node, task, sink, signal, changes });
        },
        close: () => inner.close(),
      };
    },
  };
}

interface StatefulRun {
  readonly inner: Executor;
  readonly known: Known;
  readonly node: string;
  readonly task: CommandTask;
  readonly sink: OutputSink;
  readonly signal: AbortSignal;
  readonly changes: boolean;
}

async function executeWithState(run: StatefulRun): Promise<NodeOutcome> {
  const { inner, known, node, task, sink, signal, changes } = run;
  const state = known.states.get(node);
  if (task.pty === true) {
    // A terminal would echo the state that goes in by stdin.
    if (state === undefined) return inner.execute(node, task, sink, signal);
    return {
      kind: 'skipped',
      because: 'a command on a terminal cannot be given the kept directory and variables',
    };
  }
  const nonce = randomBytes(16).toString('hex');
  const ownStdin = task.stdin !== undefined;
  const wrapped =
    changes || state === undefined
      ? capturingCommand(task.command, state, nonce, ownStdin)
      : restoringCommand(task.command, state, nonce, ownStdin);
  const filter = createFrameFilter(frameStart(nonce), frameEnd(nonce));
  const output = createHeldOutput(sink);
  let before: Snapshot | undefined;
  let after: Snapshot | undefined;
  let started = false;

  async function takeParts(parts: readonly FramePart[]): Promise<void> {
    for (const part of parts) {
      if (part.kind === 'text') {
        await output.write('stderr', part.bytes);
      } else if (part.body.startsWith('S')) {
        started = true;
        before = readSnapshot(part.body.slice(1));
        await output.release();
      } else {
        after = readSnapshot(part.body.slice(1));
      }
    }
  }

  const outcome = await inner.execute(
    node,
    { ...task, command: wrapped.command, stdin: () => stdinOf(wrapped.preamble, task) },
    {
      write(stream, chunk) {
        if (stream === 'stdout') return output.write(stream, chunk);
        const parts = filter.push(chunk);
        const [first] = parts;
        if (first === undefined) return undefined;
        if (parts.length === 1 && first.kind === 'text') return output.write(stream, first.bytes);
        return takeParts(parts.map((part) => copyPart(part)));
      },
    },
    signal,
  );
  const tail = filter.end();
  if (tail.length > 0) await output.write('stderr', tail);

  if (!started && outcome.kind === 'finished') {
    if (outcome.code === notPosixExitCode && state === undefined) {
      // The login shell gave up at the first line: nothing of the user's has run, and nothing it said is the user's.
      known.stateless.add(node);
      tell(known, 'not-posix', node);
      output.drop();
      return inner.execute(node, task, sink, signal);
    }
    // A forced command, nologin, or a shell stranger than csh. Never a second try: this one may have done something.
    await output.release();
    if (state === undefined) known.stateless.add(node);
    tell(known, 'ignored', node);
    return outcome;
  }
  await output.release();
  if (!changes) return outcome;
  learn(known, node, before, after, started);
  return outcome;
}

function learn(
  known: Known,
  node: string,
  before: Snapshot | undefined,
  after: Snapshot | undefined,
  started: boolean,
): void {
  if (before === undefined || after === undefined) {
    if (started) tell(known, 'lost', node);
    return;
  }
  if (after.env === undefined || before.env === undefined) tell(known, 'no-env', node);
  const state = stateBetween(before, after, known.states.get(node));
  if (state === undefined) known.states.delete(node);
  else known.states.set(node, state);
}

/** `lost` is told each time, since it is about one command; the others are about the node. */
function tell(known: Known, notice: StateNotice, node: string): void {
  const key = `${notice} ${node}`;
  if (notice !== 'lost' && known.told.has(key)) return;
  known.told.add(key);
  const nodes = known.notices.get(notice);
  if (nodes === undefined) known.notices.set(notice, [node]);
  else nodes.push(node);
}

/** A chunk is only valid during the call that brings it. */
function copyPart(part: FramePart): FramePart {
  return part.kind === 'text' ? { kind: 'text', bytes: Buffer.from(part.bytes) } : part;
}

async function* stdinOf(preamble: string, task: CommandTask): AsyncIterable<Uint8Array> {
  yield Buffer.from(preamble, 'latin1');
  if (task.stdin !== undefined) yield* task.stdin();
}
