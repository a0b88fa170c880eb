import type { RunFlags } from '../cli/run-flags.ts';
import { ExitCode } from '../errors.ts';
import { exitStatus } from '../run/exit-status.ts';
import { runShell } from '../shell/repl.ts';
import { watchInterrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import type { RunSession } from './open-session.ts';
import { createShellBackend } from './shell-backend.ts';

/** The interactive shell on the chosen nodes. Resolves with the exit status: 0, or with -S that of the last command. */
export async function openShell(session: RunSession, flags: RunFlags): Promise<number> {
  const { settings, surroundings, terminal } = session;
  // A mistake in ssh_config is told before the prompt.
  await (await session.executor()).close();
  const backend = createShellBackend(session);
  // Ctrl-C is a key here, and the shell's; what comes from outside ends the session in good order.
  const interrupts = watchInterrupts(leaveNow);
  try {
    const end = await runShell({
      backend,
      nodes: session.chosen.nodes,
      settings: {
        gather: flags.gather || flags['gather-all'],
        mergeStderr: flags['gather-all'],
        lineMode: flags['line-mode'],
        regroup: flags.regroup,
        diff: flags.diff,
        noLabels: flags['no-label'],
        quiet: settings.verbosity === 0,
        stopOnFailure: settings.stopOnFailure,
        fanout: settings.fanout,
        ...(settings.user === undefined ? {} : { user: settings.user }),
        ...(settings.commandTimeoutMs === 0 ? {} : { commandTimeoutMs: settings.commandTimeoutMs }),
        ...(settings.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: settings.connectTimeoutMs }),
      },
      input: process.stdin,
      output: process.stdout,
      historyFile: `${surroundings.stateFolder}/history`,
      historySize: historyLines(settings.historySize),
      signal: interrupts.signal,
      color: terminal.stdout.isTTY && surroundings.env['NO_COLOR'] === undefined,
    });
    if (end.forced) leaveNow(ExitCode.interrupted);
    const interrupted = interrupts.exitCode();
    if (interrupted !== undefined) return interrupted;
    return settings.maxRc ? exitStatus(end.reports, settings) : ExitCode.ok;
  } finally {
    interrupts.release();
    await backend.close();
  }
}

/** Below 0 clush keeps all; a file that only grows would be read whole at each start. */
function historyLines(configured: number | undefined): number | undefined {
  return configured === undefined || configured >= 0 ? configured : 1_000_000;
}
