import { boolean, string } from '@oclif/core/flags';
import { BaseCommand } from '../../base-command.ts';
import { readCount } from '../../cli/read-number.ts';

export default class RunsList extends BaseCommand {
  static override summary = 'What was run, where, with what result, newest first';
  static override examples = ['muster runs list', 'muster runs list --limit 100 --json'];
  static override flags = {
    limit: string({ default: '20', helpValue: 'N', summary: 'At most so many' }),
    json: boolean({ summary: 'One JSON document' }),
    store: boolean({ summary: 'Of the whole team, from the team store' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(RunsList);
    const { listRuns } = await import('../../session/show-runs.ts');
    await listRuns({
      limit: readCount('--limit', flags.limit, 1) ?? 20,
      json: flags.json,
      store: flags.store,
    });
  }
}
