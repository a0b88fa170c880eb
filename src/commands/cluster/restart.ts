import { BaseCommand } from '../../base-command.ts';
import { clusterRestartFlags } from '../../cli/cluster-flags.ts';

export default class ClusterRestart extends BaseCommand {
  static override summary = 'Restart the servers of clusters, one member after the other, replicas first';
  static override description = `Each restart goes through the member's own Patroni and is verified (new start time, streaming, timeline, lag) before the next one \
begins; the first failure stops everything. A setting that must shrink on the leader first makes the leader first. The \
leader is restarted in place: to spare it that, hand over first (muster cluster switchover) and use --replicas-only. \
Only the nodes named are restarted.

Exit status: 0 done, 2 usage, 3 refused by a check, nothing changed, 4 stopped part-way, 5 the state of a member is unknown.`;
  static override examples = [
    { description: 'What waits for a restart', command: 'muster cluster restart --pending @patroni' },
    { description: 'One member', command: 'muster cluster restart --yes -w node2' },
  ];
  static override usage = 'cluster restart [OPTIONS] [NODES...]';
  static override strict = false;
  static override flags = clusterRestartFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterRestart);
    const { clusterRestart } = await import('../../session/cluster-restart.ts');
    process.exitCode = await clusterRestart(flags, this.words, process.argv.slice(2));
  }
}
