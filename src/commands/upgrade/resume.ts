import { string as stringArgument } from '@oclif/core/args';
import { BaseCommand } from '../../base-command.ts';
import { upgradeResumeFlags } from '../../cli/resume-flags.ts';

export default class UpgradeResume extends BaseCommand {
  static override summary = 'Go on with an upgrade that was held, interrupted or killed';
  static override description = `What the journal and the nodes say is done is not done again; a step in doubt is looked into on its node first.

Exit status: as of muster upgrade run.`;
  static override examples = [
    'muster upgrade resume',
    {
      description: 'End sessions that do not leave by themselves',
      command: 'muster upgrade resume --force-drain',
    },
  ];
  static override args = {
    run: stringArgument({
      description: 'Run id, or the beginning of one; default: the newest upgrade that is not finished',
      ignoreStdin: true,
    }),
  };
  static override flags = upgradeResumeFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(UpgradeResume);
    const { resumeRun } = await import('../../session/resume.ts');
    process.exitCode = await resumeRun(args.run, flags, process.argv.slice(2), {
      kind: 'upgrade',
      how: 'resume',
      drain: { force: flags['force-drain'], timeout: flags['drain-timeout'] },
    });
  }
}
