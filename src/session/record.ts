import type { RunRecorder } from '../journal/recorder.ts';
import { JournalError } from '../journal/journal-error.ts';
import { readPackageInfo } from '../cli/package-info.ts';
import type { RunSession } from './open-session.ts';

/**
 * Begins the journal's record of a run. An ad-hoc run goes on without one when the journal cannot be written:
 * the user is told, the command is what they came for.
 */
export async function startRecord(
  session: RunSession,
  command: string,
  nodes: readonly string[] = session.chosen.nodes,
): Promise<RunRecorder | undefined> {
  const { surroundings, settings, chosen } = session;
  const { env } = surroundings;
  const sshClient = env['SSH_CLIENT']?.split(' ')[0];
  try {
    const journal = await session.journal();
    return await journal.startRun({
      musterVersion: readPackageInfo().version,
      operator: {
        uid: surroundings.uid,
        user: surroundings.user,
        ...(env['SUDO_USER'] ? { sudoUser: env['SUDO_USER'] } : {}),
        ...(sshClient === undefined ? {} : { sshClient }),
      },
      cwd: surroundings.cwd,
      argv: session.argv,
      nodeSet: { written: chosen.written, folded: session.foldNames(nodes), nodes },
      command,
      settings: {
        fanout: settings.fanout,
        commandTimeoutMs: settings.commandTimeoutMs,
        stopOnFailure: settings.stopOnFailure,
        batch: settings.batch ?? null,
        user: settings.user ?? null,
      },
    });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    session.warn(`not recorded: ${error.message}`);
    return undefined;
  }
}
