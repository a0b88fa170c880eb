import { BaseCommand } from '../base-command.ts';

export default class Nodes extends BaseCommand {
  static override summary = 'Expand, fold and count node sets (nodeset)';
  static override aliases = ['nodeset'];
  static override strict = false;

  async run(): Promise<void> {
    const { raw } = await this.parse(Nodes);
    process.stdout.write(`${raw.map((token) => token.input).join(' ')}\n`);
  }
}
