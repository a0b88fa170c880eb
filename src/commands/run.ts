import { BaseCommand } from '../base-command.ts';
import { runCommandFlags } from '../cli/copy-flags.ts';
import { asksForRolling, orderFlags } from '../cli/roll-flags.ts';
import { UserError } from '../errors.ts';
import type { FailedRun } from '../session/retry-failed.ts';
import { openRunSession } from '../session/open-session.ts';

export default class Run extends BaseCommand {
  static override summary = 'Run a command on nodes, and show what they answer';
  static override description = `Options come first; the rest is the command, run by each node's login shell. Without the word \`run\` it is the same.
Without a command, on a terminal, it opens the interactive shell; otherwise standard input is given to each node's shell.

With --order, --per, --gate and their like it rolls: see muster roll --help.

Exit status: 0 all nodes succeeded, 1 some failed, 2 usage or configuration, 3 refused, 5 the state of some node is unknown,
130 interrupted; with -S the largest exit code of the nodes.`;
  static override examples = [
    { description: 'Who runs what, identical answers together', command: 'muster -bw @patroni uname -r' },
    {
      description: 'One after the other, in this order, stopping at the first failure',
      command: 'muster -f 1 -bw node1,node2,node3 apt-get upgrade -y',
    },
    {
      description: 'First one node, then a tenth, then the rest',
      command: 'muster --batch 1,10%,100% -bw @web systemctl reload nginx',
    },
    { description: 'What would run where', command: 'muster run --dry-run -w @patroni\\&@cluster:69 reboot' },
  ];
  static override usage = 'run [OPTIONS] [COMMAND...]';
  static override strict = false;
  static override flags = { ...runCommandFlags, ...orderFlags };
  /** The words after the first one are the remote command's, options or not. */
  static stopAtFirstWord = true;
  static intersperseAfter = ['copy', 'rcopy'];

  async run(): Promise<void> {
    const { flags } = await this.parse(Run);
    if (asksForRolling(flags)) {
      const { roll } = await import('../session/roll.ts');
      process.exitCode = await roll(
        { ...flags, sudo: false, check: undefined },
        this.words,
        process.argv.slice(2),
      );
      return;
    }
    const session = await openRunSession(flags, process.argv.slice(2));
    if (flags.copy || flags.rcopy) {
      const { runCopy } = await import('../session/copy.ts');
      const direction = flags.copy ? 'to-nodes' : 'from-nodes';
      process.exitCode = await runCopy(session, flags, flags, { direction, paths: this.words });
      return;
    }
    refuseCopyOptions(flags);
    if (this.words.length === 0) refuseOtherMode(session.retried, flags.mode);
    const command = remoteCommand(this.words, session.retried);
    if (flags['dry-run']) {
      const { showDryRun } = await import('../session/dry-run.ts');
      process.exitCode = await showDryRun(session, flags, command);
      return;
    }
    if (command === '' && session.surroundings.stdinIsTTY) {
      const { openShell } = await import('../session/open-shell.ts');
      process.exitCode = await openShell(session, flags);
      return;
    }
    const { runOnce } = await import('../session/run-once.ts');
    process.exitCode = await runOnce(session, flags, command);
  }
}

/** The words as typed; with --retry-failed and no words, the command of the run that failed. */
function remoteCommand(words: readonly string[], retried: FailedRun | undefined): string {
  if (words.length > 0 || retried === undefined) return words.join(' ');
  if (retried.command !== undefined) return retried.command;
  if (retried.copied) {
    throw new UserError(`the last run (${retried.id}) copied files`, {
      hint: 'Give the copy again: muster copy --retry-failed FILE…',
    });
  }
  throw new UserError(`the journal keeps the command of run ${retried.id} without the secret in it`, {
    hint: 'Give the command again after --retry-failed.',
  });
}

function refuseCopyOptions(flags: { dest?: string | undefined; preserve: boolean; checksum: boolean }): void {
  const given =
    flags.dest !== undefined ? '--dest' : flags.preserve ? '-p' : flags.checksum ? '--checksum' : undefined;
  if (given === undefined) return;
  throw new UserError(`${given} means nothing without --copy or --rcopy`);
}

/** A command that ran under sudo is another one without. */
function refuseOtherMode(retried: FailedRun | undefined, mode: string | undefined): void {
  if (retried === undefined || retried.copied || retried.mode === mode) return;
  const was = retried.mode === undefined ? 'without -m' : `with -m ${retried.mode}`;
  throw new UserError(`the last run (${retried.id}) ran its command ${was}`, {
    hint: 'Say the same again, or give the command after --retry-failed.',
  });
}
