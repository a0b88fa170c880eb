import { string as stringArgument } from '@oclif/core/args';
import { BaseCommand } from '../../base-command.ts';
import { resumeFlags } from '../../cli/resume-flags.ts';

export default class RunsAbort extends BaseCommand {
  static override summary = 'Take back what an unfinished rolling run left standing, and end it';
  static override description = `Steps of nodes that are not done are taken back where they have an undo, the latest first. Nodes that are done stay so.

Exit status: 0 ended, 2 there is nothing to abort, 4 something could not be taken back, 7 locked by somebody else.`;
  static override examples = ['muster runs abort', 'muster runs abort 20261124T0353'];
  static override args = {
    run: stringArgument({
      description: 'Run id, or the beginning of one; default: the newest that is not finished',
      ignoreStdin: true,
    }),
  };
  static override flags = resumeFlags;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsAbort);
    const { resumeRun } = await import('../../session/resume.ts');
    process.exitCode = await resumeRun(args.run, flags, process.argv.slice(2), { how: 'abort' });
  }
}
