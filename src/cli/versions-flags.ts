import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { connectionFlags, nodeFlags } from './run-flags.ts';

const views = ['matrix', 'behind', 'drift', 'eol', 'nagios', 'diff', 'json', 'json-lines'];
const exclusive = (name: string) => views.filter((other) => other !== name);

/** The flags of `versions`: those of `run` that choose nodes and make connections, and its own. */
export const versionsFlags = {
  ...nodeFlags,
  ...connectionFlags,
  matrix: boolean({
    helpGroup: 'view',
    exclusive: exclusive('matrix'),
    summary: 'Clusters down, components across',
  }),
  behind: boolean({
    helpGroup: 'view',
    exclusive: exclusive('behind'),
    summary: 'Only what is behind or waits for a restart',
  }),
  drift: boolean({
    helpGroup: 'view',
    exclusive: exclusive('drift'),
    summary: 'Only where members of a cluster differ',
  }),
  eol: boolean({
    helpGroup: 'view',
    exclusive: exclusive('eol'),
    summary: 'How long everything is still supported',
  }),
  diff: string({
    helpGroup: 'view',
    helpValue: 'WHEN',
    exclusive: exclusive('diff'),
    summary: 'What changed since LAST, a day (2026-11-20) or a file of --json',
  }),
  watch: string({
    helpGroup: 'view',
    helpValue: 'SECONDS',
    summary: 'Ask again and again, and say what changes, until Ctrl-C',
  }),
  'per-node': boolean({ helpGroup: 'view', summary: 'One row a node instead of folding identical ones' }),
  of: string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'view',
    helpValue: 'PROBE',
    summary: "Any other software: 'keepalived --version', or a name from probes.yaml; repeatable",
  }),
  probes: string({
    helpGroup: 'view',
    helpValue: 'FILE',
    summary: 'Use this file instead of ~/.config/muster/probes.yaml',
  }),
  sql: string({
    helpGroup: 'connection',
    options: ['auto', 'psql', 'pg'],
    default: 'auto',
    summary:
      'Ask servers by psql on the node, by pg through the connection to the node, or psql where it is installed',
  }),
  dsn: string({
    helpGroup: 'connection',
    helpValue: 'URL',
    exclusive: ['sql', 'of'],
    summary: "Ask the servers directly and by SQL only: 'postgresql://monitor@%h/postgres', %h the node",
  }),
  format: string({
    helpGroup: 'output',
    options: ['table', 'csv', 'markdown', 'prometheus'],
    default: 'table',
    exclusive: ['json', 'json-lines', 'nagios'],
    summary: 'How to print',
  }),
  json: boolean({
    helpGroup: 'output',
    exclusive: exclusive('json'),
    summary: 'One JSON document with all facts',
  }),
  'json-lines': boolean({
    helpGroup: 'output',
    exclusive: exclusive('json-lines'),
    summary: 'One JSON object a server',
  }),
  nagios: boolean({
    helpGroup: 'output',
    exclusive: exclusive('nagios'),
    summary: 'One line and the exit status of a monitoring plugin',
  }),
  data: string({
    helpGroup: 'output',
    helpValue: 'FILE',
    summary: 'Release data over the bundled one; also ~/.config/muster/versions.d/*.json',
  }),
  save: boolean({
    allowNo: true,
    default: true,
    helpGroup: 'output',
    summary: 'Keep the answers for a later --diff',
  }),
};

/** The flags of `versions` as oclif hands them over. */
export type VersionsFlags = Interfaces.InferredFlags<typeof versionsFlags>;
