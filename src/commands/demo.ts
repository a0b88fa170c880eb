import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../base-command.ts';

export default class Demo extends BaseCommand {
  static override summary = 'Learn muster on an embedded fleet: no server needed, nothing outside is touched';
  static override description = `Starts eight database nodes inside this process: SSH servers on 127.0.0.1 with throw-away keys, two Patroni clusters, and a small \
set of commands that keep state. On a terminal it opens the shell on them; without one it gives a scripted tour.`;
  static override examples = ['muster demo', 'muster demo --tour'];
  static override flags = {
    tour: boolean({ summary: 'Give the scripted tour, also on a terminal' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const { runDemo } = await import('../session/demo.ts');
    process.exitCode = await runDemo({ tour: flags.tour });
  }
}
