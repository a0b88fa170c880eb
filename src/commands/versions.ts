import { BaseCommand } from '../base-command.ts';
import { versionsFlags } from '../cli/versions-flags.ts';

export default class Versions extends BaseCommand {
  static override summary = 'What runs where, what is behind, what drifts';
  static override description = `Asks every node once, read-only, what runs and what is installed: PostgreSQL, Patroni, HAProxy and their like, the system.

Exit status: 0 all current, 1 some node did not answer, 2 usage or configuration, 10 something is behind or waits for a \
restart, 11 members of a cluster differ, 12 something is no longer supported; the largest that applies.`;
  static override examples = [
    { description: 'What runs where', command: 'muster versions -w @patroni' },
    { description: 'What to upgrade or restart', command: 'muster versions --behind -a' },
  ];
  static override flags = versionsFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Versions);
    const { runVersions } = await import('../session/versions.ts');
    process.exitCode = await runVersions(flags, process.argv.slice(2));
  }
}
