import { UserError } from '../errors.ts';
import type { InterpretKeys } from '../nodetools/fold-input.ts';
import {
  createLineNormalizer,
  readIgnore,
  readNormalizeKinds,
  type NormalizeLine,
} from '../nodetools/normalize-line.ts';
import { readSeparator } from '../nodetools/separator.ts';
import type { ColorOption } from '../output/choose-color.ts';
import type { FoldFlags } from './fold-flags.ts';

/** How texts are laid out: a block a node, a block a text, lines by node, lines by text, a tree, differences, JSON. */
export type FoldLayout = 'blocks' | 'gathered' | 'lines' | 'gathered-lines' | 'tree' | 'diff' | 'json';

/** What a command line of `fold` asks for. */
export interface FoldRequest {
  readonly layout: FoldLayout;
  /** With the tree: lines instead of blocks. */
  readonly lineMode: boolean;
  readonly label: boolean;
  readonly nodeCount: boolean;
  readonly regroup: boolean;
  readonly hidePrefix: boolean;
  readonly echo: boolean;
  readonly color: ColorOption | undefined;
  readonly raw: boolean;
  readonly outdir: string | undefined;
  readonly separator: string;
  readonly interpretKeys: InterpretKeys;
  readonly groupSource: string | undefined;
  readonly groupsConf: string | undefined;
  readonly allowEmpty: boolean;
  readonly normalize: NormalizeLine | undefined;
}

/** What --normalize and --ignore ask for; undefined when they are not given. @throws UserError for a value that means nothing */
export function readNormalizer(flags: {
  readonly normalize?: readonly string[] | undefined;
  readonly ignore?: readonly string[] | undefined;
}): NormalizeLine | undefined {
  const kinds = (flags.normalize ?? []).flatMap(readNormalizeKinds);
  const ignore = (flags.ignore ?? []).map(readIgnore);
  return kinds.length + ignore.length === 0 ? undefined : createLineNormalizer({ kinds, ignore });
}

/** @throws UserError for options that do not go together or have no such value */
export function readFoldRequest(flags: FoldFlags): FoldRequest {
  return {
    layout: readLayout(flags),
    lineMode: flags['line-mode'],
    label: !flags['no-label'],
    nodeCount: !flags.quiet,
    regroup: flags.regroup,
    hidePrefix: flags.groupbase,
    echo: flags.verbose || flags.debug,
    color: flags.color as ColorOption | undefined,
    raw: flags.raw,
    outdir: flags.outdir,
    separator: readSeparator(flags.separator ?? ':'),
    interpretKeys: flags['interpret-keys'] as InterpretKeys,
    groupSource: flags.groupsource,
    groupsConf: flags.groupsconf,
    allowEmpty: flags['allow-empty'],
    normalize: readNormalizer(flags),
  };
}

function readLayout(flags: FoldFlags): FoldLayout {
  if (flags.diff && flags['line-mode']) throw new UserError('--diff and -L exclude each other');
  if (flags.json) return 'json';
  if (flags.tree) return 'tree';
  if (flags.diff) return 'diff';
  const gathered = flags.gather || flags['gather-all'] || flags.regroup;
  if (flags['line-mode']) return gathered ? 'gathered-lines' : 'lines';
  return gathered ? 'gathered' : 'blocks';
}
