import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { connectionFlags, nodeFlags } from './run-flags.ts';

const reach = { ...nodeFlags, ...connectionFlags };

const maxLag = string({
  helpGroup: 'check',
  helpValue: 'SIZE',
  default: '16MB',
  summary: 'A replica further behind than this is not healthy',
});

export const clusterStatusFlags = {
  ...reach,
  'max-lag': maxLag,
  'per-member': boolean({ helpGroup: 'output', summary: 'One row a member instead of one a cluster' }),
  watch: string({
    helpGroup: 'output',
    helpValue: 'SECONDS',
    summary: 'Ask again and again until Ctrl-C',
  }),
  json: boolean({ helpGroup: 'output', summary: 'One JSON document with all facts' }),
};

/** Of commands that change one cluster or more. */
const changeFlags = {
  ...reach,
  yes: boolean({ char: 'y', helpGroup: 'check', summary: 'Do not ask; needed where nobody can be asked' }),
  'max-lag': maxLag,
  timeout: string({
    helpGroup: 'check',
    helpValue: 'TIME',
    default: '10m',
    summary: 'Call the outcome unknown after this time',
  }),
  json: boolean({ helpGroup: 'output', summary: 'One JSON document at the end' }),
};

export const clusterSwitchoverFlags = {
  ...changeFlags,
  candidate: string({
    helpGroup: 'check',
    helpValue: 'NODE',
    summary: 'The member to lead from now on; default: the healthy replica with the least lag',
  }),
};

export const clusterRestartFlags = {
  ...changeFlags,
  pending: boolean({
    helpGroup: 'check',
    summary: 'Only members that wait for a restart, for a setting or a newer program',
  }),
  'replicas-only': boolean({ helpGroup: 'check', summary: 'Leave the leader out' }),
};

export const clusterReinitFlags = {
  ...changeFlags,
  timeout: string({
    helpGroup: 'check',
    helpValue: 'TIME',
    default: '6h',
    summary: 'Stop watching after this time; the copy goes on',
  }),
};

export type ClusterStatusFlags = Interfaces.InferredFlags<typeof clusterStatusFlags>;
export type ClusterChangeFlags = Interfaces.InferredFlags<typeof changeFlags>;
export type ClusterSwitchoverFlags = Interfaces.InferredFlags<typeof clusterSwitchoverFlags>;
export type ClusterRestartFlags = Interfaces.InferredFlags<typeof clusterRestartFlags>;
