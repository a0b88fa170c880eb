import type { Interfaces } from '@oclif/core';
import type { connectionFlags, nodeFlags, RunFlags } from '../cli/run-flags.ts';

/** The options every command has that reaches nodes. */
export type ReachFlags = Interfaces.InferredFlags<typeof nodeFlags & typeof connectionFlags>;

/** The options that choose nodes and connect are those of `run`; how `run` shows and rolls has no place here. */
export function asRun(flags: ReachFlags): RunFlags {
  return {
    ...flags,
    nostdin: true,
    mode: undefined,
    gather: false,
    'gather-all': false,
    'line-mode': false,
    'no-label': false,
    regroup: false,
    groupbase: false,
    axis: undefined,
    diff: false,
    quiet: false,
    verbose: false,
    debug: false,
    normalize: undefined,
    ignore: undefined,
    progress: false,
    maxrc: false,
    color: undefined,
    raw: false,
    outdir: undefined,
    errdir: undefined,
    'stop-on-failure': false,
    batch: undefined,
    json: false,
    'json-lines': false,
    'dry-run': false,
    'retry-failed': false,
    yes: true,
  };
}
