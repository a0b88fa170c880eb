import { readWindow } from '../rolling/window.ts';
import { waitFor } from '../rolling/wait.ts';
import { rollPlan } from '../workflow/roll-plan.ts';
import type { RollSpec } from '../workflow/roll-spec.ts';
import type { RollingWork } from './rolling-run.ts';

/** A rolling run of commands, from its specification: also years later, on resume. */
export function rollWork(spec: RollSpec, hash: string): RollingWork {
  return {
    title: spec.workflow.name,
    spec,
    hash,
    plan: (tools) => rollPlan(spec, tools),
    options(ask) {
      const window = spec.window === undefined ? undefined : readWindow(spec.window);
      return {
        ...spec.options,
        confirm: ({ batch, node }) =>
          ask(node === undefined ? `Begin batch ${batch + 1}?` : `Go on with ${node}?`),
        ...(spec.soakMs === 0 ? {} : { soak: (_batch, hold) => waitFor(spec.soakMs, hold) }),
        ...(window === undefined
          ? {}
          : { closed: () => (window.isOpen(new Date()) ? undefined : window.closedText(new Date())) }),
      };
    },
  };
}
