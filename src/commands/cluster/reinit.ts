import { BaseCommand } from '../../base-command.ts';
import { clusterReinitFlags } from '../../cli/cluster-flags.ts';

export default class ClusterReinit extends BaseCommand {
  static override summary = 'Let a replica throw away its data and copy the leader anew';
  static override description = `For a replica that cannot follow any more. Refuses a leader, and a cluster without one. Watches until the replica streams.

Exit status: 0 done, 2 usage, 3 refused, nothing changed, 5 it did not come back in time.`;
  static override examples = ['muster cluster reinit node3'];
  static override usage = 'cluster reinit [OPTIONS] NODE';
  static override strict = false;
  static override flags = clusterReinitFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(ClusterReinit);
    const { clusterReinit } = await import('../../session/cluster-reinit.ts');
    process.exitCode = await clusterReinit(flags, this.words, process.argv.slice(2));
  }
}
