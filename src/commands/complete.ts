import { BaseCommand } from '../base-command.ts';
import { musterPlugin } from '../cli/oclif-plugin.ts';
import type { CompletingShell } from '../cli/completion-scripts.ts';
import { answerCompletion } from '../session/complete.ts';

/** What the completion scripts ask; not for people: SHELL, the line up to the cursor, bash's word breaks. */
export default class Complete extends BaseCommand {
  static override hidden = true;
  static override summary = 'Answers the completion scripts';
  static override strict = false;

  async run(): Promise<void> {
    await this.parse(Complete);
    const [shell = 'bash', line = '', wordBreaks = ''] = this.words;
    const { manifest } = await musterPlugin(import.meta.dirname);
    process.exitCode = await answerCompletion(
      { shell: shell as CompletingShell, line, wordBreaks },
      manifest.commands,
    );
  }
}
