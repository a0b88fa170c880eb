import { setTimeout as pause } from 'node:timers/promises';
import type { NodeOutcome } from '../fanout/outcome.ts';
import type { Asked, Question } from './ask-node.ts';
import type { FollowOptions, JobState, Unreachable } from './job.ts';
import { followBody, tailBytes } from './look-script.ts';
import { readState } from './read-state.ts';

type Ask = (
  node: string,
  question: Omit<Question, 'timeoutMs'> & { readonly timeoutMs?: number },
  signal: AbortSignal,
) => Promise<Asked>;

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/** See Jobs.follow. Between two connections the node remembers what was written, and we how much of it we have. */
export async function followJob(
  ask: Ask,
  node: string,
  id: string,
  options: FollowOptions,
  signal: AbortSignal,
): Promise<JobState | Unreachable> {
  let at = options.from ?? 0;
  let tail = Buffer.alloc(0);
  let lastLife = performance.now();
  let isAway = false;
  let pauseMs = firstPauseMs;

  const onLife = (): void => {
    lastLife = performance.now();
    pauseMs = firstPauseMs;
    if (isAway) options.onBack?.();
    isAway = false;
  };
  const onOutput = (chunk: Buffer): void => {
    at += chunk.length;
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
    options.onOutput?.(chunk);
  };

  for (;;) {
    const watch = watchSilence(signal, () => lastLife, options.timeoutMs);
    let asked: Asked;
    try {
      asked = await ask(
        node,
        { id, body: followBody(at), side: 'own', timeoutMs: 0, onOutput, onLife },
        watch.signal,
      );
    } finally {
      watch.end();
    }
    const { last, outcome, why } = asked;
    if (last?.letter === 'S') return readState(last.words, () => tail);
    const message = last?.words ?? why;
    if (signal.aborted || last?.letter === 'E' || cannotChange(outcome)) {
      return { kind: 'unreachable', outcome, message };
    }
    const leftMs = lastLife + options.timeoutMs - performance.now();
    if (leftMs <= 0) {
      const seconds = Math.round(options.timeoutMs / 1000);
      const silent = outcome.kind === 'cancelled' ? '' : `: ${message}`;
      return { kind: 'unreachable', outcome, message: `no answer for ${seconds} s${silent}` };
    }
    if (!isAway) options.onAway?.(message);
    isAway = true;
    await pause(Math.min(leftMs, pauseMs * (0.75 + Math.random() / 2)), undefined, { signal }).catch(
      () => {},
    );
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

/** Waiting helps when a node restarts or a link is cut, not against these. */
function cannotChange(outcome: NodeOutcome): boolean {
  return (
    outcome.kind === 'not-started' &&
    ['config', 'dns-no-such-name', 'host-key-changed', 'host-key-revoked', 'host-key-unknown'].includes(
      outcome.reason,
    )
  );
}

/** Aborts with `outer`, or when nothing was heard for `timeoutMs`. */
function watchSilence(
  outer: AbortSignal,
  lastLife: () => number,
  timeoutMs: number,
): { readonly signal: AbortSignal; end(): void } {
  const silence = new AbortController();
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const leftMs = lastLife() + timeoutMs - performance.now();
    if (leftMs <= 0) silence.abort(new Error('silence'));
    else timer = setTimeout(look, leftMs + 1);
  };
  look();
  return {
    signal: AbortSignal.any([outer, silence.signal]),
    end: () => clearTimeout(timer),
  };
}
