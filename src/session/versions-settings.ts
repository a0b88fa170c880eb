import type { RunFlags } from '../cli/run-flags.ts';
import type { VersionsFlags } from '../cli/versions-flags.ts';

/** The options that choose nodes and connect are those of `run`; how `run` shows and rolls has no place here. */
export function versionsAsRun(flags: VersionsFlags): RunFlags {
  return {
    ...flags,
    nostdin: true,
    gather: false,
    'gather-all': false,
    'line-mode': false,
    'no-label': false,
    regroup: false,
    groupbase: false,
    diff: false,
    quiet: false,
    verbose: false,
    progress: false,
    maxrc: false,
    color: undefined,
    raw: false,
    outdir: undefined,
    errdir: undefined,
    'stop-on-failure': false,
    batch: undefined,
    'dry-run': false,
    'retry-failed': false,
    yes: true,
  };
}
