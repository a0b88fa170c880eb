import { string as stringArgument } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';

export default class RunsWatch extends BaseCommand {
  static override summary = 'What colleagues run, as it happens, from the team store';
  static override description =
    'Ends when the run is finished; without a run it goes on until Ctrl-C. A store that goes away is tried again; nothing is missed.';
  static override examples = [
    'muster runs watch',
    'muster runs watch last',
    'muster runs watch 20261124T0353 --json-lines',
  ];
  static override args = {
    run: stringArgument({
      description: 'Run id, the beginning of one, or `last`; without it all, from now on',
      ignoreStdin: true,
    }),
  };
  static override flags = { 'json-lines': boolean({ summary: 'One JSON document a record' }) };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsWatch);
    const { watchRuns } = await import('../../session/watch-runs.ts');
    process.exitCode = await watchRuns(args.run, { jsonLines: flags['json-lines'] });
  }
}
