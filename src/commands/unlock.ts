import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../base-command.ts';
import { connectionFlags, nodeFlags } from '../cli/run-flags.ts';

export default class Unlock extends BaseCommand {
  static override summary = 'Who has locked nodes for rolling work; take such locks away';
  static override description = `A lock ends with the connection that holds it: there is seldom anything to take away. Whoever held it stops \
before the next step; steps that run on the nodes go on.

Exit status: 0 none is locked (any more), 2 usage, 5 a node could not be asked, 7 some are locked.`;
  static override examples = [
    { description: 'Who is at work', command: 'muster unlock @patroni' },
    { description: 'Take the lock away', command: 'muster unlock --yes node2' },
  ];
  static override usage = 'unlock [OPTIONS] [NODES...]';
  static override aliases = ['upgrade:unlock'];
  static override strict = false;
  static override flags = {
    ...nodeFlags,
    ...connectionFlags,
    yes: boolean({ char: 'y', summary: 'Take the locks away' }),
    json: boolean({ summary: 'One JSON document' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Unlock);
    const { unlock } = await import('../session/unlock.ts');
    process.exitCode = await unlock(flags, this.words, process.argv.slice(2));
  }
}
