import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';

const many = { multiple: true, multipleNonGreedy: true } as const;

/** What to do with the set: exactly one, nodeset's letters and names. */
const commandFlags = {
  fold: boolean({
    char: 'f',
    helpGroup: 'command',
    summary: 'Fold into the shortest node set (the default)',
  }),
  expand: boolean({ char: 'e', helpGroup: 'command', summary: 'Expand into single nodes' }),
  count: boolean({ char: 'c', helpGroup: 'command', summary: 'Count the nodes' }),
  index: string({
    helpGroup: 'command',
    helpValue: 'NODE',
    summary: 'The place of a node in the expanded set, from 0; an error when it is not in it',
  }),
  regroup: boolean({ char: 'r', helpGroup: 'command', summary: 'Fold into groups where they fit' }),
  list: boolean({
    char: 'l',
    helpGroup: 'command',
    summary: 'Groups of one source; -ll with their nodes, -lll with counts; of nodes given: their groups',
  }),
  'list-all': boolean({ char: 'L', helpGroup: 'command', summary: 'As -l, -ll, -lll, of all sources' }),
  'list-sources': boolean({
    aliases: ['groupsources'],
    helpGroup: 'command',
    summary: 'All group sources',
  }),
};

const operationFlags = {
  exclude: string({ char: 'x', ...many, helpGroup: 'operation', helpValue: 'NODES', summary: 'Take away' }),
  intersection: string({
    char: 'i',
    ...many,
    helpGroup: 'operation',
    helpValue: 'NODES',
    summary: 'Keep only what is in both',
  }),
  xor: string({
    char: 'X',
    ...many,
    helpGroup: 'operation',
    helpValue: 'NODES',
    summary: 'Keep only what is in one of the two',
  }),
};

const setFlags = {
  all: boolean({ char: 'a', helpGroup: 'nodes', summary: 'All nodes of the group source' }),
  groupsource: string({
    char: 's',
    helpGroup: 'nodes',
    helpValue: 'SOURCE',
    summary: 'Group source for groups named without one',
  }),
  groupsconf: string({
    helpGroup: 'nodes',
    helpValue: 'FILE',
    summary: 'Use this groups.conf instead of the usual ones',
  }),
  rangeset: boolean({
    char: 'R',
    helpGroup: 'nodes',
    summary: 'Sets of numbers instead of nodes: 1,5,18-31',
  }),
  'allow-empty': boolean({
    helpGroup: 'nodes',
    summary: 'Unknown and empty groups count as empty instead of being errors',
  }),
  'input-order': boolean({
    helpGroup: 'nodes',
    summary: 'With -e: nodes in the order written, not sorted',
  }),
};

const resultFlags = {
  groupbase: boolean({ char: 'G', helpGroup: 'output', summary: 'Groups without their source' }),
  separator: string({
    char: 'S',
    helpGroup: 'output',
    helpValue: 'TEXT',
    summary: 'Between nodes of -e (default a blank); \\n and \\t are understood',
  }),
  'output-format': string({
    char: 'O',
    helpGroup: 'output',
    helpValue: 'FORMAT',
    summary: "Text around the result: '%s-ipmi'",
  }),
  slice: string({
    char: 'I',
    helpGroup: 'output',
    helpValue: 'PLACES',
    summary: 'Only the nodes at these places, from 0: 0-9,20',
  }),
  split: string({ helpGroup: 'output', helpValue: 'N', summary: 'Cut into N sets, one a line' }),
  contiguous: boolean({ helpGroup: 'output', summary: 'Cut at every gap, one set a line' }),
  axis: string({
    helpGroup: 'output',
    helpValue: 'AXES',
    summary: 'With -f: fold only these dimensions, from 1; -1 is the last',
  }),
  autostep: string({
    helpGroup: 'output',
    helpValue: 'N',
    summary: 'Fold rows of N nodes or more with a step, 1-9/2; also 50% (of the set) or auto (all)',
  }),
  pick: string({ helpGroup: 'output', helpValue: 'N', summary: 'N of the nodes at random; 0: all' }),
  json: boolean({ helpGroup: 'output', summary: 'One JSON document' }),
  quiet: boolean({ char: 'q', helpGroup: 'output', summary: 'Essential output only' }),
  debug: boolean({ char: 'd', hidden: true, summary: 'Accepted as nodeset does; changes nothing' }),
};

export const nodesFlags = { ...commandFlags, ...setFlags, ...operationFlags, ...resultFlags };

/** The flags of `nodes` as oclif hands them over. */
export type NodesFlags = Interfaces.InferredFlags<typeof nodesFlags>;
