import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { connectionFlags, nodeFlags } from '../../cli/run-flags.ts';

export default class UpgradeUnlock extends BaseCommand {
  static override summary = 'Take the lock on nodes away from whoever works there';
  static override description = `A lock ends with the connection that holds it, so somebody is at work. Whoever loses it holds before the next step; what
runs on the nodes goes on.

Exit status: 0 done, 1 a node could not be asked, 2 usage, 3 not confirmed.`;
  static override examples = ['muster upgrade unlock @cluster:69'];
  static override usage = 'upgrade unlock [OPTIONS] NODES...';
  static override strict = false;
  static override flags = {
    ...nodeFlags,
    ...connectionFlags,
    yes: boolean({ char: 'y', summary: 'Do not ask; needed where nobody can be asked' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(UpgradeUnlock);
    const { unlockUpgrade } = await import('../../session/upgrade-unlock.ts');
    process.exitCode = await unlockUpgrade(flags, this.words, process.argv.slice(2));
  }
}
