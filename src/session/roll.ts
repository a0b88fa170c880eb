import { resolve } from 'node:path';
import type { RollFlags } from '../cli/roll-flags.ts';
import { ExitCode, UserError } from '../errors.ts';
import { planHash } from '../rolling/plan-hash.ts';
import { readWorkflow } from '../workflow/read-workflow.ts';
import type { RollSpec } from '../workflow/roll-spec.ts';
import { asRun } from './as-run.ts';
import { openRunSession } from './open-session.ts';
import { makeRollSpec, commandWorkflow } from './roll-spec.ts';
import { rollWork } from './roll-work.ts';
import { showRollPlan } from './show-roll-plan.ts';
import { startRolling } from './rolling-run.ts';
import { readSurroundings } from './surroundings.ts';

/** What the words of `roll` mean: a command, or a workflow file and the nodes it is for. */
interface RollWords {
  readonly file: string | undefined;
  readonly nodes: readonly string[];
  readonly command: string;
}

/** `muster roll`. Gives the exit status. */
export async function roll(
  flags: RollFlags,
  words: readonly string[],
  argv: readonly string[],
): Promise<number> {
  const { file, nodes, command } = readWords(flags, words);
  const workflow =
    file === undefined
      ? commandWorkflow(command, flags.check)
      : readWorkflow(resolve(readSurroundings().cwd, file));
  if (file !== undefined && flags.check !== undefined) {
    throw new UserError('--check goes with a command; a workflow file has its own');
  }
  const runFlags = asRun({
    ...flags,
    nodes: nodes.length === 0 ? flags.nodes : [...(flags.nodes ?? []), ...nodes],
  });
  const session = await openRunSession(runFlags, argv);
  const spec = await makeRollSpec(session, flags, workflow);
  const hash = rollHash(spec);
  const work = rollWork(spec, hash);
  if (flags['dry-run']) {
    await showRollPlan(session, spec, hash, flags.json);
    return ExitCode.ok;
  }
  await confirmPlan(session, flags, spec, hash);
  return startRolling(session, runFlags, work, {
    mode: flags.json ? 'json' : flags['json-lines'] ? 'json-lines' : flags.quiet ? 'quiet' : 'text',
  });
}

/** The name of the plan: what would run where, in which order, checked by what. */
export function rollHash(spec: RollSpec): string {
  return planHash(spec);
}

function readWords(flags: RollFlags, words: readonly string[]): RollWords {
  const [first, ...rest] = words;
  if (first === undefined) {
    throw new UserError('nothing to roll', {
      hint: 'Give a command, or a workflow file: muster roll -w @web systemctl restart nginx',
    });
  }
  if (!/\.ya?ml$/.test(first)) return { file: undefined, nodes: [], command: words.join(' ') };
  const option = rest.find((word) => word.startsWith('-'));
  if (option !== undefined) {
    throw new UserError(`${option} comes after the workflow file`, {
      hint: `Options come first: muster roll ${option} … ${first} ${rest.filter((word) => !word.startsWith('-')).join(' ')}`,
    });
  }
  return { file: first, nodes: rest, command: '' };
}

/** A plan is confirmed by its hash, by --yes, or by a person who sees it. */
async function confirmPlan(
  session: Awaited<ReturnType<typeof openRunSession>>,
  flags: RollFlags,
  spec: RollSpec,
  hash: string,
): Promise<void> {
  const wanted = flags['yes-plan'];
  if (wanted !== undefined && wanted !== hash) {
    throw new UserError(`the plan is no longer ${wanted}: it is ${hash}`, {
      code: 'PLAN_CHANGED',
      exitCode: ExitCode.refused,
      hint: 'Look at it with --dry-run; nodes, groups or the workflow have changed.',
    });
  }
  const { surroundings } = session;
  if (flags.yes || wanted !== undefined || !surroundings.stdinIsTTY || !surroundings.stderrIsTTY) return;
  await showRollPlan(session, spec, hash, false);
  const answer = await session.prompter()?.ask('Go on? [y/N] ', { echo: true });
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) return;
  throw new UserError('not confirmed, nothing was run', {
    code: 'NOT_CONFIRMED',
    exitCode: ExitCode.refused,
  });
}
