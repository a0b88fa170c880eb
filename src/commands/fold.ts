import { BaseCommand } from '../base-command.ts';
import { foldFlags } from '../cli/fold-flags.ts';
import { readFoldRequest } from '../cli/fold-request.ts';
import { runFold } from '../session/fold.ts';

export default class Fold extends BaseCommand {
  static override summary = 'Gather `node: text` lines, from any tool, by node or by text (clubak)';
  static override description = `Reads standard input. Each line is \`node: text\`; the node may be a node set, and then the line counts for all of it.

With --normalize and --ignore, texts that differ only in what does not matter fold together; what was replaced is shown as <node>,
<time>, <pid>, <n> or ….

Exit status: 0 done; 2 usage, a line without node, unknown group.`;
  static override examples = [
    { description: 'Nodes with the same text together', command: 'pdsh -w n[1-9] uname -r | muster fold -b' },
    {
      description: 'The same when each node also prints its name and the time',
      command: 'pdsh -a uptime | muster fold -b --normalize hostname,timestamp,number',
    },
    { description: 'What differs from most', command: 'pdsh -a cat /etc/fstab | muster fold --diff' },
  ];
  static override usage = 'fold [OPTIONS]';
  static override aliases = ['clubak'];
  static override strict = false;
  static override flags = foldFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Fold);
    process.exitCode = await runFold(readFoldRequest(flags));
  }
}
