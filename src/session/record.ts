import type { RunRecorder } from '../journal/recorder.ts';
import { JournalError } from '../journal/journal-error.ts';
import { readPackageInfo } from '../cli/package-info.ts';
import type { Operator, SettingValue } from '../journal/records.ts';
import type { RunSession } from './open-session.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Begins the journal's record of a run. An ad-hoc run goes on without one when the journal cannot be written:
 * the user is told, the command is what they came for.
 */
export async function startRecord(
  session: RunSession,
  command: string,
  nodes: readonly string[] = session.chosen.nodes,
  more: Readonly<Record<string, SettingValue>> = {},
): Promise<RunRecorder | undefined> {
  const { surroundings, settings, chosen } = session;
  try {
    const journal = await session.journal();
    return await journal.startRun({
      musterVersion: readPackageInfo().version,
      operator: operatorOf(surroundings),
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
        ...more,
      },
    });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    session.warn(`not recorded: ${error.message}`);
    return undefined;
  }
}

/** Who sits here. */
export function operatorOf({ env, uid, user }: Surroundings): Operator {
  const sshClient = env['SSH_CLIENT']?.split(' ')[0];
  return {
    uid,
    user,
    ...(env['SUDO_USER'] ? { sudoUser: env['SUDO_USER'] } : {}),
    ...(sshClient === undefined ? {} : { sshClient }),
  };
}
