import { BaseCommand } from '../base-command.ts';
import { copyFlags } from '../cli/copy-flags.ts';

export default class Fetch extends BaseCommand {
  static override summary = 'Copy files and folders from nodes, each as NAME.NODE';
  static override description = `Over SFTP, from all nodes at once, into a folder that is there: \`log\` of node n1 becomes \`log.n1\`.

A copy takes its final name only when it is whole. Names that a node tells cannot lead out of the destination, and no link there is
followed. Without --dest each goes to the folder here that it is in there.

Exit status: 0 all was copied, 1 something was not, 2 usage, a destination that is no folder, 5 a connection was lost on the way,
130 interrupted.`;
  static override examples = [
    {
      description: 'One file of each node',
      command: 'muster fetch -w @patroni /etc/patroni/config.yml --dest configs',
    },
    {
      description: 'A folder, with modes and times',
      command: 'muster fetch -p -w n[1-3] /var/log/postgresql --dest logs',
    },
  ];
  static override usage = 'fetch [OPTIONS] FILE...';
  static override strict = false;
  static override flags = copyFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Fetch);
    const { copyCommand } = await import('../session/copy.ts');
    process.exitCode = await copyCommand(
      flags,
      { direction: 'from-nodes', paths: this.words },
      process.argv.slice(2),
    );
  }
}
