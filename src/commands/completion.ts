import { string as stringArgument } from '@oclif/core/args';
import { BaseCommand } from '../base-command.ts';
import { completionScripts, type CompletingShell } from '../cli/completion-scripts.ts';

export default class Completion extends BaseCommand {
  static override summary =
    'Tab completion for bash, zsh and fish: commands, options, @sources, groups and nodes';
  static override description = `Prints a script for the shell to read at its start. To have it always, add to the shell's own start-up file:

bash  ~/.bashrc                   eval "$(muster completion bash)"
zsh   ~/.zshrc, after compinit    eval "$(muster completion zsh)"
fish  ~/.config/fish/config.fish  muster completion fish | source`;
  static override examples = ['eval "$(muster completion bash)"'];
  static override args = {
    shell: stringArgument({
      required: true,
      options: ['bash', 'zsh', 'fish'],
      description: 'Which shell',
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const { openPlainOutput } = await import('../session/nodes-output.ts');
    const output = openPlainOutput();
    await output.write([completionScripts[args.shell as CompletingShell]]);
    process.exitCode = await output.finish(0);
  }
}
