import { BaseCommand } from '../../base-command.ts';
import { clusterSwitchoverFlags } from '../../cli/cluster-flags.ts';

export default class ClusterSwitchover extends BaseCommand {
  static override summary = 'Hand the leadership of a cluster to another member, and watch until it has it';
  static override description = `Checks the cluster, asks Patroni once, and judges by what the members are afterwards, not by the answer. Says for how long \
nobody took writes.

Exit status: 0 done, 2 usage, 3 refused by a check or by Patroni, nothing changed, 5 the outcome is unknown.`;
  static override examples = [
    { description: 'To the best replica', command: 'muster cluster switchover @cluster:69' },
    {
      description: 'To a certain one, unattended',
      command: 'muster cluster switchover --candidate node2 --yes @cluster:69',
    },
  ];
  static override usage = 'cluster switchover [OPTIONS] [NODES...]';
  static override strict = false;
  static override flags = clusterSwitchoverFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterSwitchover);
    const { clusterSwitchover } = await import('../../session/cluster-switchover.ts');
    process.exitCode = await clusterSwitchover(flags, this.words, process.argv.slice(2));
  }
}
