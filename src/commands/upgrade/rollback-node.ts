import { string as stringArgument } from '@oclif/core/args';
import { boolean, string } from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';

export default class UpgradeRollbackNode extends BaseCommand {
  static override summary = 'Bring one node of an upgrade back to the packages it had';
  static override description = `Installs what was kept on the node when the upgrade downloaded its packages, restarts the server, verifies it and \
lets clients in again. A leader is refused, switch over first; unless the upgrade restarted it in place.

Exit status: as of muster upgrade run.`;
  static override examples = ['muster upgrade rollback-node node2'];
  static override args = {
    node: stringArgument({ required: true, description: 'A node of the upgrade', ignoreStdin: true }),
  };
  static override flags = {
    run: string({ helpValue: 'ID', summary: 'The upgrade; default: the newest that is recorded' }),
    yes: boolean({ char: 'y', summary: 'Do not ask; needed where nobody can be asked' }),
    json: boolean({ summary: 'One JSON document at the end' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UpgradeRollbackNode);
    const { rollbackNode } = await import('../../session/upgrade-rollback.ts');
    process.exitCode = await rollbackNode(args.node, flags, process.argv.slice(2));
  }
}
