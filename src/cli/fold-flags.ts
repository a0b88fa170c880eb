import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';

const many = { multiple: true, multipleNonGreedy: true } as const;

const outputFlags = {
  gather: boolean({
    char: 'b',
    charAliases: ['c'],
    aliases: ['dshbak'],
    helpGroup: 'output',
    summary: 'Show nodes with identical text together (also -c)',
  }),
  'gather-all': boolean({
    char: 'B',
    helpGroup: 'output',
    summary: 'The same: standard error is not told apart in text',
  }),
  'line-mode': boolean({
    char: 'L',
    helpGroup: 'output',
    summary: 'No headers, `node: line` ordered by node',
  }),
  'no-label': boolean({ char: 'N', helpGroup: 'output', summary: 'No node names' }),
  regroup: boolean({ char: 'r', helpGroup: 'output', summary: 'As -b, naming groups where they fit' }),
  groupbase: boolean({ char: 'G', helpGroup: 'output', summary: 'Groups without their source' }),
  tree: boolean({
    char: 'T',
    helpGroup: 'output',
    summary: 'Shared beginnings once, then indented where nodes go apart',
  }),
  diff: boolean({ helpGroup: 'output', summary: 'Show how texts differ from the most common one' }),
  quiet: boolean({ char: 'q', helpGroup: 'output', summary: 'No counts in headers' }),
  verbose: boolean({ char: 'v', helpGroup: 'output', summary: 'Also show every line as it is read' }),
  debug: boolean({ char: 'd', hidden: true, summary: 'As -v' }),
  fast: boolean({ char: 'F', hidden: true, summary: 'Accepted as clubak does; it is always fast' }),
  color: string({
    helpGroup: 'output',
    options: ['never', 'always', 'auto'],
    summary: 'When to use colours',
  }),
  raw: boolean({ helpGroup: 'output', summary: 'Pass control characters to the terminal' }),
  outdir: string({
    helpGroup: 'output',
    helpValue: 'DIR',
    summary: 'Also write each node’s text to a file in DIR',
  }),
  json: boolean({ helpGroup: 'output', summary: 'One JSON document' }),
};

const inputFlags = {
  separator: string({
    char: 'S',
    helpGroup: 'input',
    helpValue: 'TEXT',
    summary: 'Between node and text (default `:`); \\t is understood',
  }),
  'interpret-keys': string({
    helpGroup: 'input',
    options: ['never', 'always', 'auto'],
    default: 'auto',
    summary: 'Whether `n[1-3]: text` counts for three nodes; auto: unless some key is no node set',
  }),
  groupsource: string({
    char: 's',
    helpGroup: 'input',
    helpValue: 'SOURCE',
    summary: 'Group source for groups named without one',
  }),
  groupsconf: string({
    helpGroup: 'input',
    helpValue: 'FILE',
    summary: 'Use this groups.conf instead of the usual ones',
  }),
  'allow-empty': boolean({
    helpGroup: 'input',
    summary: 'Unknown and empty groups count as empty instead of being errors',
  }),
};

/** What may differ between nodes without making their outputs different; `run` has these too. */
export const comparisonFlags = {
  normalize: string({
    ...many,
    helpGroup: 'comparison',
    helpValue: 'KINDS',
    summary: 'What may differ: hostname (the node’s own), timestamp, pid, number',
  }),
  ignore: string({
    ...many,
    helpGroup: 'comparison',
    helpValue: 'REGEX',
    summary: 'Leave out lines that match as a whole, and what matches inside others',
  }),
};

export const foldFlags = { ...outputFlags, ...inputFlags, ...comparisonFlags };

/** The flags of `fold` as oclif hands them over. */
export type FoldFlags = Interfaces.InferredFlags<typeof foldFlags>;
