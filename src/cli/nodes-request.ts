import { UserError } from '../errors.ts';
import { readOutputFormat, type OutputFormat } from '../nodetools/output-format.ts';
import type { Places } from '../nodetools/places.ts';
import { readPlaces } from '../nodetools/range-set-text.ts';
import { readSeparator } from '../nodetools/separator.ts';
import type { SetSteps } from '../nodetools/set-steps.ts';
import type { FoldOptions } from '../nodeset/fold.ts';
import type { NodesFlags } from './nodes-flags.ts';
import type { NodesWords } from './nodes-words.ts';
import { readCount } from './read-number.ts';

export type NodesCommand =
  | 'fold'
  | 'expand'
  | 'count'
  | 'index'
  | 'regroup'
  | 'list'
  | 'list-all'
  | 'list-sources';

/** What a command line of `nodes` asks for. */
export interface NodesRequest {
  readonly command: NodesCommand;
  /** -l 1, -ll 2, -lll 3 */
  readonly detail: number;
  /** The node whose place is asked for, with the command index. */
  readonly node: string | undefined;
  readonly steps: SetSteps;
  readonly rangeSet: boolean;
  readonly inputOrder: boolean;
  readonly allowEmpty: boolean;
  readonly groupSource: string | undefined;
  readonly groupsConf: string | undefined;
  readonly hidePrefix: boolean;
  readonly slice: readonly Places[] | undefined;
  /** 0: all. */
  readonly pick: number;
  /** 0 or 1: in one piece. */
  readonly split: number;
  readonly contiguous: boolean;
  readonly fold: FoldOptions;
  readonly separator: string;
  readonly format: OutputFormat | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

const commands = ['fold', 'expand', 'count', 'index', 'regroup', 'list', 'list-all', 'list-sources'] as const;

/** @throws UserError for options that do not go together or have no such value */
export function readNodesRequest(flags: NodesFlags, words: NodesWords): NodesRequest {
  const command = readCommand(flags);
  refuseMixtures(flags, command);
  const listed = command === 'list' ? '--list' : '--list-all';
  return {
    command,
    detail: Math.min(words.options.filter((option) => option === listed).length, 3),
    node: flags.index,
    steps: { all: flags.all, before: words.before, after: words.after },
    rangeSet: flags.rangeset,
    inputOrder: flags['input-order'],
    allowEmpty: flags['allow-empty'],
    groupSource: flags.groupsource,
    groupsConf: flags.groupsconf,
    hidePrefix: flags.groupbase,
    slice: flags.slice === undefined ? undefined : readPlaces(flags.slice),
    pick: readCount('--pick', flags.pick, 0) ?? 0,
    split: readSplit(flags.split),
    contiguous: flags.contiguous,
    fold: { autostep: readAutostep(flags.autostep), axes: flags.axis },
    separator: readSeparator(flags.separator ?? ' '),
    format: flags['output-format'] === undefined ? undefined : readOutputFormat(flags['output-format']),
    json: flags.json,
    quiet: flags.quiet,
  };
}

function readCommand(flags: NodesFlags): NodesCommand {
  const given = commands.filter((command) => flags[command] !== undefined && flags[command] !== false);
  if (given.length > 1) {
    throw new UserError(`only one of ${given.map((name) => `--${name}`).join(' and ')} is possible`);
  }
  return given[0] ?? 'fold';
}

function refuseMixtures(flags: NodesFlags, command: NodesCommand): void {
  if (flags.rangeset && (flags.all || !['fold', 'expand', 'count'].includes(command))) {
    throw new UserError('-R works on numbers: -a, -r, -l, -L and --index need nodes');
  }
  if (flags.axis !== undefined && (command !== 'fold' || flags.rangeset)) {
    throw new UserError('--axis goes with -f: it says which dimensions to fold');
  }
  if (command === 'index' && (flags.split !== undefined || flags.contiguous)) {
    throw new UserError('--index is about one set: --split and --contiguous make several');
  }
  if (flags.split !== undefined && flags.contiguous) {
    throw new UserError('--split and --contiguous exclude each other');
  }
  if (flags['input-order'] && (command !== 'expand' || flags.rangeset || flags.contiguous)) {
    throw new UserError('--input-order goes with -e: a folded set has its own order');
  }
}

function readAutostep(text: string | undefined): FoldOptions['autostep'] {
  if (text === undefined || text === 'auto') return text;
  if (/^\d+$/.test(text)) return Number(text);
  if (/^\d+(\.\d+)?%$/.test(text)) return text as `${number}%`;
  throw new UserError(`--autostep ${text}: not a number of nodes, a percentage or "auto"`);
}

/** As in nodeset, anything up to 1 leaves the set in one piece. */
function readSplit(text = '1'): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new UserError(`--split ${text}: not a number`);
}
