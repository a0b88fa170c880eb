import { BaseCommand } from '../base-command.ts';
import { nodesFlags } from '../cli/nodes-flags.ts';
import { readNodesRequest } from '../cli/nodes-request.ts';
import { splitNodesWords } from '../cli/nodes-words.ts';
import { runNodes } from '../session/nodes.ts';

export default class Nodes extends BaseCommand {
  static override summary = 'Expand, fold, count and combine node sets, list groups (nodeset)';
  static override description = `Words are node sets and are united; -x, -i and -X apply to what stands on their left. Without a word, standard input is read: \
node sets separated by blanks and lines, # begins a comment; where a word is -, too.

Exit status: 0 done, also when the result is empty; 2 usage, syntax, unknown group.`;
  static override examples = [
    { description: 'Fold', command: 'muster nodes -f node1 node2 node3 db[01-02]' },
    { description: 'What a group holds, one node a line', command: "muster nodes -e -S '\\n' @patroni" },
    {
      description: 'How many of one group are not in another',
      command: 'muster nodes -c @patroni -x @cluster:69',
    },
    { description: 'Which groups a node is in', command: 'muster nodes -L db69-1' },
    { description: 'Three parts of about the same size', command: 'muster nodes --split 3 -f @web' },
  ];
  static override usage = 'nodes [COMMAND] [OPTIONS] [NODES [-x|-i|-X] NODES...]';
  static override aliases = ['nodeset', 'cluset'];
  static override strict = false;
  static override flags = nodesFlags;

  async run(): Promise<void> {
    const words = splitNodesWords(this.argv);
    const { flags } = await this.parse(Nodes, words.options);
    process.exitCode = await runNodes(readNodesRequest(flags, words));
  }
}
