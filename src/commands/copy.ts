import { BaseCommand } from '../base-command.ts';
import { copyFlags } from '../cli/copy-flags.ts';

export default class Copy extends BaseCommand {
  static override summary = 'Copy files and folders to nodes';
  static override description = `Over SFTP, to all nodes at once. Folders are copied with all that is in them; links are followed.

A file is written under a temporary name, its size is compared, and only then it takes its final name: an interrupted copy leaves no \
half file. A file that is replaced keeps its mode and owner. Without --dest each source goes to the folder it is in here.

Exit status: 0 all was copied, 1 something was not, 2 usage, a source that is not there, 5 a connection was lost on the way, \
130 interrupted.`;
  static override examples = [
    {
      description: 'One file, to the same place on all nodes',
      command: 'muster copy -w @patroni /etc/hosts',
    },
    {
      description: 'A folder, with modes and times, checked by SHA-256',
      command: 'muster copy -p --checksum -w @web site --dest /srv/www',
    },
    {
      description: 'What would be copied where',
      command: 'muster copy --dry-run -w n[1-3] pg_hba.conf --dest /tmp',
    },
  ];
  static override usage = 'copy [OPTIONS] FILE...';
  static override strict = false;
  static override flags = copyFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Copy);
    const { copyCommand } = await import('../session/copy.ts');
    process.exitCode = await copyCommand(
      flags,
      { direction: 'to-nodes', paths: this.words },
      process.argv.slice(2),
    );
  }
}
