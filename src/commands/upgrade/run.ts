import { BaseCommand } from '../../base-command.ts';
import { upgradeRunFlags } from '../../cli/upgrade-flags.ts';

export default class UpgradeRun extends BaseCommand {
  static override summary =
    'Upgrade PostgreSQL to a newer minor, cluster by cluster, one node at a time in each';
  static override description = `Downloads on all nodes first. Then each replica: clients led away, packages installed while the old server runs, restarted (by \
Patroni, or by systemd where there is none), verified, clients let in again. Then a switchover, and the old leader. Stops at the \
first failure, says the state of every node and the one command that goes on. Ctrl-C finishes the steps that run and holds; a \
second one leaves.

Exit status: 0 done, 1 done but nodes failed, 2 usage, 3 refused by a check, nothing changed, 4 stopped part-way, resumable, 5 the \
state of a node is unknown, 7 locked by somebody else, 130 left while jobs run on.`;
  static override examples = [
    { description: 'Look, answer, go', command: 'muster upgrade run --refresh --proxies @haproxy @patroni' },
    {
      description: 'Unattended, the plan that was looked at',
      command: 'muster upgrade run --yes-plan 7c1f2a9b3d4e --proxies @haproxy @patroni',
    },
    {
      description: 'Replicas now, the switchover when somebody watches',
      command: 'muster upgrade run --supervised-primary @cluster:69',
    },
    {
      description: 'Streaming replication without Patroni, its primary restarted in place',
      command: 'muster upgrade run --primary-method restart --proxies @haproxy @postgresql',
    },
    { description: 'A single server', command: 'muster upgrade run --allow-downtime node7' },
  ];
  static override usage = 'upgrade run [OPTIONS] [NODES...]';
  static override strict = false;
  static override flags = upgradeRunFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(UpgradeRun);
    const { runUpgrade } = await import('../../session/upgrade.ts');
    process.exitCode = await runUpgrade(flags, this.words, process.argv.slice(2));
  }
}
