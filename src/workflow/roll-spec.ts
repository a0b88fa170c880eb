import type { LaneNodes } from '../rolling/lanes.ts';
import type { GatePatience } from '../rolling/gate.ts';
import type { RollingOptions } from '../rolling/plan.ts';
import type { Workflow } from './schema.ts';

/** All that a rolling run of commands is made from: kept in its journal, and what its plan's hash is of. */
export interface RollSpec {
  readonly kind: 'roll';
  readonly workflow: Pick<Workflow, 'name' | 'sudo' | 'steps'>;
  readonly gates: {
    readonly before: readonly WorkflowGateText[];
    readonly after: readonly WorkflowGateText[];
    readonly patience: GatePatience;
  };
  readonly batches: readonly (readonly LaneNodes[])[];
  readonly options: Pick<RollingOptions, 'parallel' | 'maxFailures' | 'onFailure' | 'confirmEach'>;
  /** Milliseconds between batches. */
  readonly soakMs: number;
  readonly window?: string;
  /** Milliseconds a node may be away while it works. */
  readonly awayMs: number;
}

/** A gate, as kept. */
export type WorkflowGateText =
  | { readonly command: string }
  | { readonly ready: string }
  | { readonly http: string };
