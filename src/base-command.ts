import { Command } from '@oclif/core/command';
import { reportError } from './cli/report-error.ts';

/** What all commands share: an error becomes a message and an exit status here and nowhere else. */
export abstract class BaseCommand extends Command {
  protected override async catch(error: unknown): Promise<void> {
    const report = reportError(error, this.config.version);
    const json = this.argv.slice(0, indexOrEnd(this.argv, '--')).includes('--json');
    if (json) process.stdout.write(`${JSON.stringify({ error: report.json })}\n`);
    process.stderr.write(report.text);
    if (error instanceof Error && 'oclif' in error) {
      process.stderr.write(`See: ${this.config.bin} ${this.id?.replaceAll(':', ' ') ?? ''} --help\n`);
    }
    process.exitCode = report.exitCode;
  }
}

function indexOrEnd(list: readonly string[], wanted: string): number {
  const index = list.indexOf(wanted);
  return index === -1 ? list.length : index;
}
