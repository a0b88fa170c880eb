import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { connectionFlags, nodeFlags } from './run-flags.ts';

const many = { multiple: true, multipleNonGreedy: true } as const;
const what = { helpGroup: 'what' } as const;
const how = { helpGroup: 'how' } as const;
const checks = { helpGroup: 'check' } as const;

/** What plan and run share: with the same flags they make the same plan. */
export const upgradePlanFlags = {
  ...nodeFlags,
  ...connectionFlags,
  target: string({
    ...what,
    helpValue: 'VERSION',
    summary: "PostgreSQL's version, 15.20; default: the newest on offer",
  }),
  packages: string({
    ...what,
    ...many,
    helpValue: 'NAMES',
    summary: 'Upgrade these packages, too: postgresql-15-cron,pgbackrest',
  }),
  'include-patroni': boolean({
    ...what,
    summary: 'Upgrade Patroni, too: its service is restarted, and PostgreSQL once with it',
  }),
  'download-only': boolean({ ...what, summary: 'Only download the packages, on all nodes' }),
  refresh: boolean({
    ...what,
    summary: 'Ask the repositories anew before planning (apt-get update on every node)',
  }),
  proxies: string({
    ...how,
    ...many,
    helpValue: 'NODES',
    summary: 'The HAProxies: clients are led away there, and they must agree on the leader',
  }),
  drain: string({
    ...how,
    options: ['proxies', 'tag', 'none'],
    summary:
      "How clients are led away from a replica: on the proxies, by Patroni's tag noloadbalance, or not",
  }),
  'force-drain': boolean({ ...how, summary: 'End sessions that stay after --drain-timeout' }),
  candidate: string({
    ...how,
    helpValue: 'NODE',
    summary: 'Who leads after the switchover; default: the healthy replica with the least lag',
  }),
  'supervised-primary': boolean({
    ...how,
    summary: 'Stop before the switchover; muster upgrade resume goes on',
  }),
  switchback: boolean({ ...how, summary: 'Give the leadership back at the end: a second interruption' }),
  driver: string({
    ...how,
    options: ['auto', 'patroni', 'pg'],
    default: 'auto',
    summary: 'What manages the servers: Patroni, or nothing but systemd; default: what each node runs',
  }),
  'primary-method': string({
    ...how,
    options: ['switchover', 'restart'],
    summary: 'How the leader is upgraded; default: by a switchover, in place where nothing can hand over',
  }),
  'promote-command': string({
    ...how,
    helpValue: 'COMMAND',
    summary: 'Without Patroni: hands the leadership over, run as root on $MUSTER_CANDIDATE',
  }),
  'allow-downtime': boolean({ ...how, summary: 'Upgrade a server that nobody stands in for' }),
  batch: string({ ...how, helpValue: 'SIZES', summary: 'Clusters in batches: 1,10%,100%' }),
  'parallel-clusters': string({
    ...how,
    helpValue: 'N',
    default: '4',
    summary: 'Clusters side by side; one node at a time in each',
  }),
  'max-failures': string({
    ...how,
    helpValue: 'N|P%',
    default: '0',
    summary: 'So many nodes may fail before nothing new starts',
  }),
  soak: string({
    ...how,
    helpValue: 'TIME',
    default: '30s',
    summary: 'Watch each node so long before the next',
  }),
  window: string({
    ...how,
    helpValue: 'WHEN',
    summary: "Start nodes only then: 'Tue-Thu 21:00-05:00 Europe/Paris'",
  }),
  waive: string({
    ...checks,
    ...many,
    helpValue: 'ID=REASON',
    summary: "Go on in spite of a check: 'P15=backup taken by hand'; recorded",
  }),
  'max-lag': string({
    ...checks,
    helpValue: 'SIZE',
    default: '16MB',
    summary: 'A replica further behind than this stops it',
  }),
  'max-xact': string({
    ...checks,
    helpValue: 'TIME',
    default: '60s',
    summary: 'A transaction longer than this stops a switchover',
  }),
  barman: string({
    ...checks,
    ...many,
    helpValue: 'NODES',
    summary: 'The hosts of Barman: its backups are checked there',
  }),
  'max-backup-age': string({
    ...checks,
    helpValue: 'TIME',
    default: '26h',
    summary: 'The last backup of pgBackRest or Barman may be so old',
  }),
  'drain-timeout': string({
    ...checks,
    helpValue: 'TIME',
    default: '5m',
    summary: 'Sessions have so long to end',
  }),
  'restart-timeout': string({
    ...checks,
    helpValue: 'TIME',
    default: '10m',
    summary: 'A restart may take so long',
  }),
  'node-timeout': string({
    ...checks,
    helpValue: 'TIME',
    default: '15m',
    summary: 'A node has so long to be healthy again',
  }),
  'switchover-timeout': string({
    ...checks,
    helpValue: 'TIME',
    default: '10m',
    summary: 'Call the outcome of a switchover unknown after this time',
  }),
  probe: string({
    helpGroup: 'output',
    options: ['roles', 'table'],
    default: 'roles',
    summary:
      'How a pause of writes is measured: by roles at the switchover, or by writing all the time to a table in a schema muster_probe of its own, dropped at the end',
  }),
  'probe-dsn': string({
    helpGroup: 'output',
    helpValue: 'URL',
    summary:
      'Write there, from this machine: postgresql://muster@lb%s:5000/postgres; %c is the cluster, %s its number, several hosts with commas; no password in it',
  }),
  json: boolean({ helpGroup: 'output', summary: 'One JSON document' }),
};

export const upgradeRunFlags = {
  ...upgradePlanFlags,
  'yes-plan': string({
    ...checks,
    helpValue: 'HASH',
    summary: 'Run unattended, if the plan still is the one with this hash',
  }),
  yes: boolean({ ...checks, char: 'y', summary: 'Run whatever the plan is now, without a question' }),
  'dry-run': boolean({ ...checks, summary: 'The same as muster upgrade plan' }),
  'json-lines': boolean({
    helpGroup: 'output',
    exclusive: ['json'],
    summary: 'One JSON object a line, as things happen',
  }),
  quiet: boolean({ char: 'q', helpGroup: 'output', summary: 'Only what goes wrong, and the end' }),
};

export type UpgradePlanFlags = Interfaces.InferredFlags<typeof upgradePlanFlags>;
export type UpgradeRunFlags = Interfaces.InferredFlags<typeof upgradeRunFlags>;
