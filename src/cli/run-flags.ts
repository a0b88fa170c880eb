import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { comparisonFlags } from './fold-flags.ts';

const many = { multiple: true, multipleNonGreedy: true } as const;

/** Which nodes: clush's letters and names. Read by `selectNodes`. */
export const nodeFlags = {
  nodes: string({
    char: 'w',
    ...many,
    helpGroup: 'nodes',
    helpValue: 'NODES',
    summary: 'Nodes to run on; repeatable',
  }),
  exclude: string({
    char: 'x',
    ...many,
    helpGroup: 'nodes',
    helpValue: 'NODES',
    summary: 'Nodes to leave out',
  }),
  group: string({ char: 'g', ...many, helpGroup: 'nodes', helpValue: 'GROUP', summary: 'Nodes of a group' }),
  'exclude-group': string({
    char: 'X',
    ...many,
    helpGroup: 'nodes',
    helpValue: 'GROUP',
    summary: 'Leave out the nodes of a group',
  }),
  all: boolean({ char: 'a', helpGroup: 'nodes', summary: 'All nodes of the group source' }),
  hostfile: string({
    ...many,
    aliases: ['machinefile'],
    helpGroup: 'nodes',
    helpValue: 'FILE',
    summary: 'File with nodes, one or more a line; # begins a comment',
  }),
  pick: string({ helpGroup: 'nodes', helpValue: 'N', summary: 'Choose N of the nodes at random' }),
  'allow-empty': boolean({
    helpGroup: 'nodes',
    summary: 'Unknown and empty groups count as empty instead of being errors',
  }),
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
};

/** How connections are made. */
export const connectionFlags = {
  fanout: string({
    char: 'f',
    helpGroup: 'connection',
    helpValue: 'N',
    summary: 'Nodes at once (default 64); 1: one after the other, in the order written',
  }),
  user: string({ char: 'l', helpGroup: 'connection', helpValue: 'USER', summary: 'Log in as this user' }),
  'connect-timeout': string({
    char: 't',
    aliases: ['connect_timeout'],
    helpGroup: 'connection',
    helpValue: 'SECONDS',
    summary: 'Give up connecting after this time',
  }),
  'command-timeout': string({
    char: 'u',
    aliases: ['command_timeout'],
    helpGroup: 'connection',
    helpValue: 'SECONDS',
    summary: 'End the command on the node after this time, connecting included',
  }),
  options: string({
    char: 'o',
    ...many,
    helpGroup: 'connection',
    helpValue: 'OPTIONS',
    summary: "ssh options: '-F FILE', '-oUser=x', '-p 2222'",
  }),
  'ssh-config': string({
    helpGroup: 'connection',
    helpValue: 'FILE',
    summary: 'Use this ssh_config instead of ~/.ssh/config (also MUSTER_SSH_CONFIG)',
  }),
  transport: string({
    options: ['auto', 'ssh2', 'openssh'],
    helpGroup: 'connection',
    summary: "Built-in SSH client (ssh2), the system's ssh, or the latter where ssh_config needs it (auto)",
  }),
  worker: string({
    char: 'R',
    helpGroup: 'connection',
    helpValue: 'WORKER',
    summary: 'ssh, or exec: run on this machine for each node, %h the node, %rank its place, %hosts the set',
  }),
  topology: string({
    helpGroup: 'connection',
    helpValue: 'FILE',
    summary: 'Reach nodes through the gateways of this topology.conf instead of the usual one',
  }),
  remote: string({
    helpGroup: 'connection',
    options: ['yes', 'no'],
    summary: 'no: run on the gateway of each node, %h the node; without a topology on this machine',
  }),
  grooming: string({ hidden: true, helpGroup: 'connection', summary: 'Read, without meaning here' }),
  engine: string({
    char: 'E',
    hidden: true,
    options: ['auto', 'epoll', 'poll', 'select'],
    helpGroup: 'connection',
    summary: 'Read, without meaning here',
  }),
  option: string({
    char: 'O',
    ...many,
    helpGroup: 'connection',
    helpValue: 'KEY=VALUE',
    summary: 'Override a key of clush.conf',
  }),
  conf: string({
    helpGroup: 'connection',
    helpValue: 'FILE',
    summary: 'Use this clush.conf instead of the usual ones',
  }),
};

/** How results are shown. */
export const outputFlags = {
  gather: boolean({
    char: 'b',
    aliases: ['dshbak'],
    helpGroup: 'output',
    summary: 'Show nodes with identical output together',
  }),
  'gather-all': boolean({ char: 'B', helpGroup: 'output', summary: 'As -b, with standard error' }),
  'line-mode': boolean({
    char: 'L',
    helpGroup: 'output',
    summary: 'No headers, lines ordered by node; with -b line by line',
  }),
  'no-label': boolean({ char: 'N', helpGroup: 'output', summary: 'No node names before lines' }),
  regroup: boolean({ char: 'r', helpGroup: 'output', summary: 'Name groups in headers where they fit' }),
  groupbase: boolean({ char: 'G', helpGroup: 'output', summary: 'Groups in headers without their source' }),
  axis: string({
    helpGroup: 'output',
    helpValue: 'AXES',
    summary: 'Fold only these dimensions of node names in headers: 1, 1-2, -1',
  }),
  diff: boolean({ helpGroup: 'output', summary: 'Show how outputs differ from the most common one' }),
  quiet: boolean({ char: 'q', helpGroup: 'output', summary: 'Essential output only' }),
  verbose: boolean({
    char: 'v',
    helpGroup: 'output',
    summary: 'Say more; with -b also show lines as they come',
  }),
  debug: boolean({
    char: 'd',
    helpGroup: 'output',
    summary: 'As -v; also say how each node is reached',
  }),
  progress: boolean({ char: 'P', helpGroup: 'output', summary: 'Show progress also without -b' }),
  maxrc: boolean({ char: 'S', helpGroup: 'output', summary: 'Exit with the largest exit code of the nodes' }),
  color: string({
    helpGroup: 'output',
    options: ['never', 'always', 'auto'],
    summary: 'When to use colours',
  }),
  raw: boolean({ helpGroup: 'output', summary: 'Pass control characters of remote output to the terminal' }),
  outdir: string({
    helpGroup: 'output',
    helpValue: 'DIR',
    summary: 'Also write each node’s output to a file in DIR',
  }),
  errdir: string({
    helpGroup: 'output',
    helpValue: 'DIR',
    summary: 'Also write each node’s standard error to a file in DIR',
  }),
  json: boolean({ helpGroup: 'output', exclusive: ['json-lines'], summary: 'One JSON document at the end' }),
  'json-lines': boolean({ helpGroup: 'output', summary: 'One JSON object a line, as things happen' }),
};

/** How a run rolls over the nodes. */
export const rollingFlags = {
  'stop-on-failure': boolean({
    allowNo: true,
    helpGroup: 'rolling',
    summary: 'Start nothing new after the first failure; with -f 1 this is the default',
  }),
  batch: string({
    helpGroup: 'rolling',
    helpValue: 'SIZES',
    summary: 'Run in batches, 1,10%,100%; a failure ends the run after its batch',
  }),
  'dry-run': boolean({
    helpGroup: 'rolling',
    summary: 'Show what would run where, in which order, over which connection',
  }),
  'retry-failed': boolean({
    helpGroup: 'rolling',
    summary: 'Only the nodes that did not succeed in the last run; without a command, its command',
  }),
  yes: boolean({ char: 'y', helpGroup: 'rolling', summary: 'Do not ask before running on many nodes' }),
};

export const runFlags = {
  ...nodeFlags,
  ...connectionFlags,
  mode: string({
    char: 'm',
    helpGroup: 'connection',
    helpValue: 'MODE',
    summary:
      'Run mode of clush.conf; `sudo` is always there: commands run under sudo, its password is asked once',
  }),
  nostdin: boolean({ char: 'n', helpGroup: 'connection', summary: 'Give the nodes no standard input' }),
  ...outputFlags,
  ...comparisonFlags,
  ...rollingFlags,
};

/** The flags of `run` as oclif hands them over. */
export type RunFlags = Interfaces.InferredFlags<typeof runFlags>;
