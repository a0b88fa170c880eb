import type { Step } from './step.ts';
import { waitFor } from './wait.ts';

/** A question with a yes or no, asked again and again: it only looks. */
export interface Gate {
  /** As the user wrote it: `service:nginx`. */
  readonly name: string;
  /** Undefined when the node passes, else why not, a few words. Never throws for what a node can do. */
  test(node: string, signal: AbortSignal): Promise<string | undefined>;
}

export interface GatePatience {
  /** Milliseconds until a gate that does not pass is a failure. */
  readonly timeoutMs: number;
  /** So many times in a row it must pass. */
  readonly successes: number;
  /** Milliseconds between two questions. */
  readonly everyMs: number;
}

/** A step that waits until a node passes a gate so many times in a row. */
export function gateStep(id: string, node: string, gate: Gate, patience: GatePatience): Step {
  return {
    id,
    title: `wait for ${gate.name}`,
    kind: 'gate',
    async run(context) {
      const { hold, detach } = context;
      const deadline = performance.now() + patience.timeoutMs;
      let passed = 0;
      let why: string | undefined;
      for (;;) {
        const limit = AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now())));
        const said = await gate.test(node, AbortSignal.any([hold, detach, limit]));
        // A question that our own limit cut short says nothing about the node, unless it was the only one.
        if (said === undefined || why === undefined || !limit.aborted) why = said;
        if (hold.aborted || detach.aborted) return { kind: 'held', message: 'asked to hold' };
        passed = said === undefined ? passed + 1 : 0;
        if (passed >= patience.successes) return { kind: 'done' };
        if (performance.now() >= deadline) {
          return {
            kind: 'failed',
            message: `${why ?? `passed ${passed} of ${patience.successes} times`} (waited ${seconds(patience.timeoutMs)})`,
            hint: `See to ${node}; --gate-timeout gives it longer.`,
          };
        }
        context.note(why ?? `passed ${passed} of ${patience.successes}`);
        await waitFor(Math.min(patience.everyMs, deadline - performance.now()), hold, detach);
      }
    },
  };
}

function seconds(ms: number): string {
  return ms < 60_000 ? `${Math.round(ms / 100) / 10} s` : `${Math.round(ms / 6000) / 10} min`;
}
