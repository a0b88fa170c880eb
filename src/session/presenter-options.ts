import { readNormalizer } from '../cli/fold-request.ts';
import type { RunFlags } from '../cli/run-flags.ts';
import { createOutputNormalizer } from '../nodetools/normalize-bytes.ts';
import { chooseColor } from '../output/choose-color.ts';
import type { PresenterOptions } from '../output/run-presenter.ts';
import type { Terminal } from '../output/terminal.ts';
import type { RunSettings } from './run-settings.ts';
import type { Surroundings } from './surroundings.ts';

type Fold = (nodes: readonly string[]) => string | Promise<string>;

/** How results are shown, from the flags, the settings and the terminal. */
export function presenterOptions(
  flags: RunFlags,
  settings: RunSettings,
  { surroundings, terminal, foldNodes }: { surroundings: Surroundings; terminal: Terminal; foldNodes: Fold },
): PresenterOptions {
  const colored = chooseColor(
    flags.color as 'always' | 'never' | 'auto' | undefined,
    {
      env: surroundings.env,
      stdoutIsTTY: terminal.stdout.isTTY,
      stderrIsTTY: terminal.stderr.isTTY,
      mergeStderr: flags['gather-all'],
    },
    settings.configuredColor,
  );
  const normalize = readNormalizer(flags);
  return {
    gather: flags.gather || flags['gather-all'],
    mergeStderr: flags['gather-all'],
    lineMode: flags['line-mode'],
    label: !flags['no-label'],
    diff: flags.diff,
    quiet: settings.verbosity === 0,
    verbose: settings.verbosity > 1,
    progress: flags.progress ? true : 'auto',
    maxRc: settings.maxRc,
    nodeCount: settings.nodeCount,
    color: colored ? 'always' : 'never',
    raw: flags.raw,
    foldNodes,
    programName: 'muster',
    spillFolder: surroundings.temporaryFolder,
    ...(normalize === undefined ? {} : { normalizer: () => createOutputNormalizer(normalize) }),
    ...(flags.json ? { json: 'document' as const } : flags['json-lines'] ? { json: 'lines' as const } : {}),
    ...(flags.outdir === undefined ? {} : { outdir: flags.outdir }),
    ...(flags.errdir === undefined ? {} : { errdir: flags.errdir }),
  };
}
