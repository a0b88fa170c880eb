import { BaseCommand } from '../../base-command.ts';
import { clusterStatusFlags } from '../../cli/cluster-flags.ts';

export default class ClusterStatus extends BaseCommand {
  static override summary = 'All Patroni clusters of some nodes: leader, replicas, lag, what is wrong';
  static override description = `Asks every node's own Patroni and server, read-only, which cluster it is a member of and how that is.

Exit status: 0 every cluster has its leader and all replicas stream closely, 1 a cluster is not healthy or a node did not \
answer, 2 usage or configuration.`;
  static override examples = [
    { description: 'All clusters', command: 'muster cluster status @patroni' },
    {
      description: 'Look on while something happens',
      command: 'muster cluster status --watch 2 @cluster:69',
    },
  ];
  static override usage = 'cluster status [OPTIONS] [NODES...]';
  static override strict = false;
  static override flags = clusterStatusFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterStatus);
    const { clusterStatus } = await import('../../session/cluster-status.ts');
    process.exitCode = await clusterStatus(flags, this.words, process.argv.slice(2));
  }
}
