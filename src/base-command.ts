import { Command } from '@oclif/core/command';
import type { Interfaces } from '@oclif/core';
import { valueMark } from './cli/argv.ts';
import { reportError } from './cli/report-error.ts';

/** What all commands share: values are unmarked, an error becomes a message and an exit status, here and nowhere else. */
export abstract class BaseCommand extends Command {
  /** The words that are no options, in the order typed. (oclif's own `argv` moves words that occur twice.) */
  protected words: string[] = [];

  protected override async parse<
    F extends Interfaces.OutputFlags<F>,
    B extends Interfaces.OutputFlags<B>,
    A extends Interfaces.OutputArgs<A>,
  >(options?: Interfaces.Input<F, B, A>, argv?: string[]): Promise<Interfaces.ParserOutput<F, B, A>> {
    const parsed = await super.parse<F, B, A>(options, argv);
    const flags: Record<string, unknown> = parsed.flags;
    for (const [name, value] of Object.entries(flags)) {
      flags[name] = Array.isArray(value) ? value.map(unmark) : unmark(value);
    }
    this.words = parsed.raw.filter((token) => token.type === 'arg').map((token) => token.input);
    return parsed;
  }

  protected override async catch(error: unknown): Promise<void> {
    const report = reportError(error, this.config.version);
    const optionsEnd = this.argv.indexOf('--');
    const options = optionsEnd === -1 ? this.argv : this.argv.slice(0, optionsEnd);
    if (options.includes('--json')) process.stdout.write(`${JSON.stringify({ error: report.json })}\n`);
    process.stderr.write(report.text);
    if (error instanceof Error && 'oclif' in error) {
      process.stderr.write(`See: ${this.config.bin} ${this.id?.replaceAll(':', ' ') ?? ''} --help\n`);
    }
    process.exitCode = report.exitCode;
  }
}

function unmark(value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(valueMark) ? value.slice(valueMark.length) : value;
}
