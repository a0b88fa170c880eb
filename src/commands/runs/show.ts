import { string as stringArgument } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';

export default class RunsShow extends BaseCommand {
  static override summary = 'One run, node by node';
  static override examples = ['muster runs show last', 'muster runs show 20261124T0353'];
  static override args = {
    run: stringArgument({
      default: 'last',
      description: 'Run id, the beginning of one, or `last`',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    json: boolean({ summary: 'One JSON document' }),
    store: boolean({ summary: 'Of the whole team, from the team store' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(RunsShow);
    const { showRun } = await import('../../session/show-runs.ts');
    await showRun(args.run, { json: flags.json, store: flags.store });
  }
}
