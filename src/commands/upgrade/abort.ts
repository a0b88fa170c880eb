import { string as stringArgument } from '@oclif/core/args';
import { BaseCommand } from '../../base-command.ts';
import { resumeFlags } from '../../cli/resume-flags.ts';

export default class UpgradeAbort extends BaseCommand {
  static override summary = 'Take back what an unfinished upgrade left standing, and end it';
  static override description = `Drained replicas are given back, what keeps services from starting is taken away. Packages and restarts stay: muster upgrade rollback-node.

Exit status: as of muster upgrade run.`;
  static override examples = ['muster upgrade abort'];
  static override args = {
    run: stringArgument({
      description: 'Run id, or the beginning of one; default: the newest upgrade that is not finished',
      ignoreStdin: true,
    }),
  };
  static override flags = resumeFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UpgradeAbort);
    const { resumeRun } = await import('../../session/resume.ts');
    process.exitCode = await resumeRun(args.run, flags, process.argv.slice(2), {
      kind: 'upgrade',
      how: 'abort',
    });
  }
}
