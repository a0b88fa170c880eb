import { BaseCommand } from '../base-command.ts';
import { rollFlags } from '../cli/roll-flags.ts';

export default class Roll extends BaseCommand {
  static override summary = 'Roll a command or a workflow over nodes: order, gates, batches, resume';
  static override description = `Runs on one node after the other (or on one of each group, with --per) as jobs that outlive the connection and muster \
itself, stops at the first failure, and can be resumed after anything: muster runs resume. \
Options come first; the rest is the command, or a workflow file (.yaml) and the nodes it is for.

Exit status: 0 done, 1 done but some nodes failed, 2 usage or configuration, 3 refused, nothing was changed, 4 stopped part-way, \
5 the state of some node is unknown, 7 locked by somebody else, 130 left while jobs run on.`;
  static override examples = [
    {
      description: 'Upgrade, one node after the other; each must be healthy before and after',
      command: "muster roll --gate-ready patroni:16MB -w node2,node3,node1 --sudo 'apt-get upgrade -y'",
    },
    {
      description:
        'At most one node of each cluster at a time, clusters side by side, first one cluster alone',
      command: 'muster roll --per cluster=1 --batch 1,100% -w @patroni systemctl restart node-exporter',
    },
    {
      description: 'A workflow from a file; look at the plan first',
      command: 'muster roll --dry-run reboot.yaml @web',
    },
  ];
  static override usage = 'roll [OPTIONS] COMMAND... | roll [OPTIONS] FILE.yaml [NODES...]';
  static override strict = false;
  static override flags = rollFlags;
  /** The words after the first one are the remote command's, options or not. */
  static stopAtFirstWord = true;

  async run(): Promise<void> {
    const { flags } = await this.parse(Roll);
    const { roll } = await import('../session/roll.ts');
    process.exitCode = await roll(flags, this.words, process.argv.slice(2));
  }
}
