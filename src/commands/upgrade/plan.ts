import { BaseCommand } from '../../base-command.ts';
import { upgradePlanFlags } from '../../cli/upgrade-flags.ts';

export default class UpgradePlan extends BaseCommand {
  static override summary =
    'What a rolling minor upgrade of PostgreSQL would do, node by node; changes nothing';
  static override description = `Finds the clusters of the nodes from their own Patroni, or from who streams from whom where there is none; asks every package \
manager for the exact transitions, orders the nodes (replicas, switchover, old leader), and answers 32 checks. The plan has a \
hash: muster upgrade run --yes-plan HASH carries out that plan and no other.

Exit status: 0 it could begin, 2 usage or configuration, 3 refused by a check.`;
  static override examples = [
    {
      description: 'All clusters, with fresh package lists',
      command: 'muster upgrade plan --refresh --proxies @haproxy @patroni',
    },
    { description: 'For a script', command: 'muster upgrade plan --json @cluster:69 | jq -r .hash' },
  ];
  static override usage = 'upgrade plan [OPTIONS] [NODES...]';
  static override strict = false;
  static override flags = upgradePlanFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(UpgradePlan);
    const { showUpgradePlan } = await import('../../session/upgrade.ts');
    process.exitCode = await showUpgradePlan(flags, this.words, process.argv.slice(2));
  }
}
