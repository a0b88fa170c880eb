import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { orders } from '../rolling/order.ts';
import { connectionFlags, nodeFlags } from './run-flags.ts';

/** How any rolling work goes over the nodes; `run` takes them too. */
export const orderFlags = {
  order: string({
    helpGroup: 'rolling',
    options: [...orders],
    summary: 'In which order; default: as written',
  }),
  per: string({
    helpGroup: 'rolling',
    helpValue: 'SOURCE=N',
    summary: 'At most N nodes of each group of this source at a time, groups side by side: cluster=1',
  }),
  'max-failures': string({
    helpGroup: 'rolling',
    helpValue: 'N|P%',
    summary: 'So many nodes may fail, unreachable ones too, before nothing new starts; default 0',
  }),
  'on-failure': string({
    helpGroup: 'rolling',
    options: ['stop', 'finish-batch'],
    summary: 'After too many failures: stop, or carry the batch through first',
  }),
  soak: string({ helpGroup: 'rolling', helpValue: 'TIME', summary: 'Wait so long between batches: 30s, 5m' }),
  gate: string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'rolling',
    helpValue: 'COMMAND',
    summary: 'Must end with 0 on the node, before and after its turn; repeatable',
  }),
  'gate-http': string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'rolling',
    helpValue: 'URL',
    summary: 'Must answer 200 before and after, asked from here; %h is the node',
  }),
  'gate-ready': string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'rolling',
    helpValue: 'WHAT',
    summary: 'Must be so before and after: ssh, service:UNIT, postgresql[:PORT], patroni[:LAG]',
  }),
  'gate-timeout': string({
    helpGroup: 'rolling',
    helpValue: 'TIME',
    summary: 'How long a gate may take to pass; default 5m',
  }),
  'gate-successes': string({
    helpGroup: 'rolling',
    helpValue: 'N',
    summary: 'A gate must pass so many times in a row; default 1',
  }),
  confirm: string({
    helpGroup: 'rolling',
    options: ['each', 'batch', 'none'],
    summary: 'Ask before each node or batch; default: once, before the run',
  }),
  window: string({
    helpGroup: 'rolling',
    helpValue: 'WHEN',
    summary: "Start nodes only then: 'Tue-Thu 21:00-05:00 Europe/Paris'",
  }),
  'yes-plan': string({
    helpGroup: 'rolling',
    helpValue: 'HASH',
    summary: 'Run unattended, if the plan still is the one with this hash',
  }),
  'node-timeout': string({
    helpGroup: 'rolling',
    helpValue: 'TIME',
    summary: 'How long a command may take on a node, default 1h; it is never ended for that',
  }),
};

/** `run` with one of these is `roll`. */
export function asksForRolling(flags: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(orderFlags).some((name) => flags[name] !== undefined);
}

export const rollFlags = {
  ...nodeFlags,
  ...connectionFlags,
  ...orderFlags,
  batch: string({
    helpGroup: 'rolling',
    helpValue: 'SIZES',
    summary: 'In batches of so many nodes, or groups with --per: 1,10%,100%',
  }),
  sudo: boolean({ helpGroup: 'rolling', summary: 'Run as root, by sudo without a password' }),
  check: string({
    helpGroup: 'rolling',
    helpValue: 'COMMAND',
    summary: 'Ends with 0 where there is nothing to do: the node is passed over',
  }),
  'dry-run': boolean({ helpGroup: 'rolling', summary: 'Show the plan and its hash; change nothing' }),
  yes: boolean({ char: 'y', helpGroup: 'rolling', summary: 'Do not ask' }),
  json: boolean({ helpGroup: 'output', exclusive: ['json-lines'], summary: 'One JSON document at the end' }),
  'json-lines': boolean({ helpGroup: 'output', summary: 'One JSON object a line, as things happen' }),
  quiet: boolean({ char: 'q', helpGroup: 'output', summary: 'Only what goes wrong, and the end' }),
};

/** The flags of `roll` as oclif hands them over. */
export type RollFlags = Interfaces.InferredFlags<typeof rollFlags>;
