import { string as stringArgument } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';

export default class UpgradeStatus extends BaseCommand {
  static override summary = 'How far an upgrade has come: every node, every step';
  static override examples = ['muster upgrade status'];
  static override args = {
    run: stringArgument({
      description: 'Run id, or the beginning of one; default: the newest upgrade',
      ignoreStdin: true,
    }),
  };
  static override flags = { json: boolean({ summary: 'One JSON document' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UpgradeStatus);
    const { showUpgrade } = await import('../../session/upgrade-status.ts');
    await showUpgrade(args.run, { json: flags.json });
  }
}
