import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { connectionFlags, nodeFlags } from './run-flags.ts';

const exclusiveViews = ['matrix', 'drift', 'behind', 'eol', 'nagios'];
const view = (name: string) => exclusiveViews.filter((other) => other !== name);

/** The flags of `versions` besides those that choose nodes and make connections. */
export const versionsFlags = {
  ...nodeFlags,
  ...connectionFlags,
  'per-node': boolean({ helpGroup: 'view', summary: 'One row a node instead of folding identical ones' }),
  behind: boolean({
    helpGroup: 'view',
    exclusive: view('behind'),
    summary: 'Only what is behind or waits for a restart',
  }),
  drift: boolean({
    helpGroup: 'view',
    exclusive: view('drift'),
    summary: 'Only where members of a cluster differ',
  }),
  eol: boolean({
    helpGroup: 'view',
    exclusive: view('eol'),
    summary: 'Only what is or soon will be unsupported',
  }),
  format: string({
    helpGroup: 'output',
    options: ['table', 'csv', 'markdown'],
    default: 'table',
    summary: 'How to print rows',
  }),
  json: boolean({ helpGroup: 'output', exclusive: ['json-lines'], summary: 'One JSON document' }),
  color: string({
    helpGroup: 'output',
    options: ['never', 'always', 'auto'],
    summary: 'When to use colours',
  }),
};

/** The flags of `versions` as oclif hands them over. */
export type VersionsFlags = Interfaces.InferredFlags<typeof versionsFlags>;
