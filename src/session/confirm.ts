import { ExitCode, UserError } from '../errors.ts';
import type { RunSession } from './open-session.ts';

/**
 * Asks before a command goes to many nodes. Only a person at a terminal is asked: scripts said what they want.
 * @throws UserError when the answer is not yes: nothing has been contacted
 */
export async function confirmRun(session: RunSession, command: string): Promise<void> {
  const { chosen, settings, surroundings } = session;
  const count = chosen.nodes.length;
  if (count <= settings.confirmAbove || !surroundings.stdinIsTTY || !surroundings.stderrIsTTY) return;
  const prompter = session.prompter();
  const question = `Run ${JSON.stringify(command)} on ${count} nodes (${session.foldNames(chosen.nodes)})? [y/N] `;
  const answer = await prompter?.ask(question, { echo: true });
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return;
  throw new UserError('not confirmed, nothing was run', {
    code: 'NOT_CONFIRMED',
    exitCode: ExitCode.refused,
    hint: `Asked above ${settings.confirmAbove} nodes; --yes or "confirm_above" in clush.conf changes that.`,
  });
}
