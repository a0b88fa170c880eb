import { string as stringArgument } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';

export default class RunsVerify extends BaseCommand {
  static override summary = 'Check that the records of runs are whole';
  static override description =
    'Every line has a length, a checksum and a number. Exit status: 0 all are sound, 1 some are torn or damaged.';
  static override examples = ['muster runs verify', 'muster runs verify last', 'muster runs verify --store'];
  static override args = {
    run: stringArgument({
      description: 'Run id, the beginning of one, or `last`; without it all',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    json: boolean({ summary: 'One JSON document' }),
    store: boolean({ summary: 'Of the whole team, in the team store' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsVerify);
    const { verifyRuns } = await import('../../session/show-runs.ts');
    process.exitCode = await verifyRuns(args.run, { json: flags.json, store: flags.store });
  }
}
