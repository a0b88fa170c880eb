import type { Command } from '@oclif/core';

type CommandModule = () => Promise<{ readonly default: Command.Class }>;

/** Every command and its module; a module is loaded only when its command runs. Ids use `:` where users type a blank. */
export const commandModules: Readonly<Record<string, CommandModule>> = {
  __complete: () => import('../commands/complete.ts'),
  'cluster:reinit': () => import('../commands/cluster/reinit.ts'),
  'cluster:restart': () => import('../commands/cluster/restart.ts'),
  'cluster:status': () => import('../commands/cluster/status.ts'),
  'cluster:switchover': () => import('../commands/cluster/switchover.ts'),
  completion: () => import('../commands/completion.ts'),
  copy: () => import('../commands/copy.ts'),
  demo: () => import('../commands/demo.ts'),
  doctor: () => import('../commands/doctor.ts'),
  fetch: () => import('../commands/fetch.ts'),
  fold: () => import('../commands/fold.ts'),
  groups: () => import('../commands/groups.ts'),
  nodes: () => import('../commands/nodes.ts'),
  roll: () => import('../commands/roll.ts'),
  run: () => import('../commands/run.ts'),
  'runs:abort': () => import('../commands/runs/abort.ts'),
  'runs:list': () => import('../commands/runs/list.ts'),
  'runs:resume': () => import('../commands/runs/resume.ts'),
  'runs:show': () => import('../commands/runs/show.ts'),
  'runs:verify': () => import('../commands/runs/verify.ts'),
  'runs:watch': () => import('../commands/runs/watch.ts'),
  unlock: () => import('../commands/unlock.ts'),
  'upgrade:abort': () => import('../commands/upgrade/abort.ts'),
  'upgrade:plan': () => import('../commands/upgrade/plan.ts'),
  'upgrade:resume': () => import('../commands/upgrade/resume.ts'),
  'upgrade:rollback-node': () => import('../commands/upgrade/rollback-node.ts'),
  'upgrade:run': () => import('../commands/upgrade/run.ts'),
  'upgrade:status': () => import('../commands/upgrade/status.ts'),
  versions: () => import('../commands/versions.ts'),
};
