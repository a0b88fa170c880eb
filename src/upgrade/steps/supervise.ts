import type { Step } from '../../rolling/step.ts';

/**
 * Stops once, so that a person can look; a resume goes on.
 * @param before what comes next: `the switchover from a to b`
 */
export function superviseStep(id: string, before: string): Step {
  return {
    id,
    title: 'wait for a person',
    kind: 'effect',
    run: async ({ attempt }) =>
      attempt === 1
        ? { kind: 'held', message: `stopped before ${before}; muster upgrade resume goes on with it` }
        : { kind: 'done' },
  };
}
