import { randomBytes } from 'node:crypto';
import type { CommandTask, Executor, OutputSink } from '../fanout/executor.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import type { SecretTrial, SecretTrials } from '../fanout/secret-trials.ts';
import { askSudo, firstLine } from './ask-sudo.ts';
import { createPromptFilter } from './prompt-filter.ts';
import type { SudoPrefix } from './sudo-prefix.ts';

export interface SudoOptions {
  readonly prefix: SudoPrefix;
  /** The password, asked for when the first node needs it. */
  readonly trials: SecretTrials;
  /** How long sudo may keep silent, default 20 s. */
  readonly limitMs?: number;
  /** How long connecting may take besides; default 10 s. */
  readonly connectMs?: number;
}

/** sudo on nodes: what is learned of a node and of the password holds for all commands. */
export interface Sudo {
  /** Runs commands through `executor` with sudo before them. */
  around(executor: Executor): Executor;
}

/**
 * First `sudo -n -v` is asked whether a password is needed: a node that needs none never gets it. Where it is needed it goes
 * by standard input, when sudo has written a prompt nobody else can know, once; where it is refused, no other node gets it.
 * What follows on standard input is the command's own, byte for byte.
 */
export function createSudo({ prefix, trials, limitMs = 20_000, connectMs = 10_000 }: SudoOptions): Sudo {
  /** Nodes that need no password. */
  const free = new Set<string>();
  /** Nodes that took the password. */
  const taken = new Set<string>();

  async function needsPassword(
    executor: Executor,
    node: string,
    signal: AbortSignal,
  ): Promise<boolean | NodeOutcome> {
    if (free.has(node)) return false;
    if (taken.has(node)) return true;
    const { outcome, said, tooLong } = await askSudo(executor, node, `${prefix.words} -n -v`, {
      limitMs: limitMs + connectMs,
      signal,
    });
    if (tooLong) return refused(`sudo did not answer in ${limitMs / 1000} s`);
    if (outcome.kind !== 'finished') return outcome;
    if (outcome.code === 0) {
      free.add(node);
      return false;
    }
    if (/password is required|authentication is required/i.test(said)) return true;
    return refused(firstLine(said) === '' ? `sudo ended with exit code ${outcome.code}` : firstLine(said));
  }

  /** Resolves with nothing when the password is right. */
  async function verify(
    executor: Executor,
    node: string,
    trial: SecretTrial,
    signal: AbortSignal,
  ): Promise<NodeOutcome | undefined> {
    const prompt = newPrompt();
    const asking = prompting(trial.secret, undefined);
    const filter = createPromptFilter(prompt, asking.onPrompt);
    let answer;
    try {
      answer = await askSudo(executor, node, `${prefix.words} -S -p ${prompt} -v`, {
        limitMs,
        signal,
        stdin: () => asking.stdin(),
        onOutput: (stream, chunk) => (stream === 'stderr' ? filter.feed(chunk) : chunk),
      });
    } finally {
      asking.end();
    }
    const { outcome, said, tooLong } = answer;
    if (asking.refused()) {
      trial.end('wrong');
      return wrongPassword();
    }
    if (outcome.kind === 'finished' && outcome.code === 0) {
      trial.end('right');
      taken.add(node);
      return undefined;
    }
    trial.end('untold');
    if (tooLong) {
      const text = firstLine(said);
      return refused(`sudo did not end in ${limitMs / 1000} s${text === '' ? '' : `; it said: ${text}`}`);
    }
    if (outcome.kind !== 'finished') return outcome;
    const text = firstLine(said);
    if (/incorrect password|try again/i.test(text)) return wrongPassword();
    return refused(text === '' ? `sudo ended with exit code ${outcome.code}` : text);
  }

  async function runWithPassword(
    executor: Executor,
    node: string,
    task: CommandTask,
    sink: OutputSink,
    signal: AbortSignal,
  ): Promise<NodeOutcome> {
    const trial = await trials.next();
    if (trial === undefined) {
      return signal.aborted ? { kind: 'cancelled', remote: 'ended' } : noPassword(trials.state() === 'wrong');
    }
    try {
      // Where the command has input of its own, or nobody took the password yet, it is tried apart from the command.
      if (!taken.has(node) && (task.stdin !== undefined || trials.state() !== 'right')) {
        const failure = await verify(executor, node, trial, signal);
        if (failure !== undefined) return failure;
      }
      const asking = prompting(trial.secret, task.stdin);
      const prompt = newPrompt();
      const filters = {
        stdout: createPromptFilter(prompt, asking.onPrompt),
        stderr: createPromptFilter(prompt, asking.onPrompt),
      };
      const silence = setTimeout(asking.goOn, limitMs);
      try {
        const outcome = await executor.execute(
          node,
          {
            ...task,
            command: `${prefix.words} -S -p ${prompt} ${task.command}`,
            stdin: () => asking.stdin(),
          },
          {
            write(stream, chunk) {
              const bytes = filters[stream].feed(chunk);
              // A command that writes to stdout has begun: sudo asks nothing any more. On a terminal it asks there.
              if (stream === 'stdout' && task.pty !== true) asking.goOn();
              return bytes.length === 0 ? undefined : sink.write(stream, bytes);
            },
          },
          signal,
        );
        for (const stream of ['stdout', 'stderr'] as const) {
          const rest = filters[stream].flush();
          if (rest.length > 0) await sink.write(stream, rest);
        }
        if (asking.refused()) {
          trial.end('wrong');
          return wrongPassword();
        }
        if (asking.asked()) {
          trial.end('right');
          taken.add(node);
        }
        return outcome;
      } finally {
        clearTimeout(silence);
        asking.end();
      }
    } finally {
      trial.end('untold');
    }
  }

  return {
    around: (executor) => ({
      async execute(node, task, sink, signal) {
        const since = performance.now();
        const needs = await needsPassword(executor, node, signal);
        if (typeof needs === 'object') return needs;
        const limit = task.timeoutMs ?? 0;
        const left = limit === 0 ? 0 : Math.max(1, limit - (performance.now() - since));
        const rest = { ...task, timeoutMs: left };
        const outcome = needs
          ? await runWithPassword(executor, node, rest, sink, signal)
          : await executor.execute(
              node,
              { ...rest, command: `${prefix.words} -n ${task.command}` },
              sink,
              signal,
            );
        return outcome.kind === 'timed-out' ? { ...outcome, afterMs: limit } : outcome;
      },
      close: () => executor.close(),
    }),
  };
}

/** 128 bits nobody can guess, without a character that sudo or a shell would change. */
function newPrompt(): string {
  return `muster-${randomBytes(16).toString('hex')}:`;
}

/** The standard input of a command under sudo: held until sudo asks, or is known not to. */
function prompting(secret: string, payload: (() => AsyncIterable<Uint8Array>) | undefined) {
  let prompts = 0;
  const asked = Promise.withResolvers<'asked' | 'free' | 'over'>();
  return {
    onPrompt: () => {
      prompts += 1;
      asked.resolve('asked');
    },
    /** No prompt comes: the command's own input may go. */
    goOn: () => asked.resolve('free'),
    end: () => asked.resolve('over'),
    asked: () => prompts > 0,
    /** A second prompt: the first answer was wrong. */
    refused: () => prompts > 1,
    async *stdin(): AsyncGenerator<Uint8Array> {
      const how = await asked.promise;
      if (how === 'over') return;
      if (how === 'asked') yield Buffer.from(`${secret}\n`);
      if (payload === undefined) return;
      for await (const bytes of payload()) {
        // whatever else is sent would be tried as a password
        if (prompts > 1) return;
        yield bytes;
      }
    },
  };
}

function refused(message: string): NodeOutcome {
  return { kind: 'refused', message };
}

function wrongPassword(): NodeOutcome {
  return refused('sudo: the password is wrong; no other node gets it');
}

function noPassword(wrong: boolean): NodeOutcome {
  return refused(
    wrong
      ? 'sudo: not tried, another node refused the password'
      : 'sudo needs a password, and none was given',
  );
}
