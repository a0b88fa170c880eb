import type { Jobs } from '../../jobs/job.ts';
import { poll } from '../../patroni/poll.ts';
import type { SwitchoverEnd, SwitchoverOrder, SwitchoverTools } from '../../patroni/switchover.ts';
import { watchPrimary } from '../../patroni/watch-primary.ts';
import { lookAtServers } from '../../replication/look-at-server.ts';
import { runJob } from '../../rolling/command-step.ts';
import type { StepContext, StepResult } from '../../rolling/step.ts';

/** So many looks in a row the same must be seen to be believed. */
const stableLooks = 5;

export interface Promotion {
  /** For `sh` as root on the candidate; it knows MUSTER_PRIMARY and MUSTER_CANDIDATE. */
  readonly command: string;
  readonly jobs: Jobs;
  readonly context: StepContext;
}

/**
 * Hands the leadership over by somebody else's command, run once, as a job of the candidate. What it says counts for
 * little: who takes writes afterwards decides. Where the candidate leads already, or nobody, it is not run.
 */
export async function promoteBy(
  order: SwitchoverOrder,
  { executor, signal, note }: SwitchoverTools,
  { command, jobs, context }: Promotion,
): Promise<SwitchoverEnd> {
  const { leader, candidate, nodes, timeoutMs } = order;
  const watch = watchPrimary(executor, nodes, { seconds: Math.ceil(timeoutMs / 1000) + 60 });
  try {
    await watch.ready(15_000);
    const before = await lookAtServers(nodes, { executor, signal });
    if (signal.aborted) return { kind: 'left' };
    let said: StepResult | undefined;
    if (before.some(({ node, primary }) => node === leader.node && primary)) {
      note(`running the promotion command on ${candidate.node}`);
      said = await runJob(
        jobs,
        {
          node: candidate.node,
          command,
          env: { MUSTER_PRIMARY: leader.node, MUSTER_CANDIDATE: candidate.node },
          sudo: true,
          timeoutMs,
          awayMs: 15 * 60_000,
        },
        context,
      );
    }
    if (said?.kind === 'left') return { kind: 'left' };
    if (said?.kind === 'unknown') return { kind: 'unknown', message: said.message, hint: doNotRepeat };
    const end = await observe(order, { executor, signal, note }, wordsOf(said));
    if (end.kind !== 'done') return end;
    return { ...end, interruptionMs: signal.aborted ? null : watch.gapMs() };
  } finally {
    await watch.stop();
  }
}

const doNotRepeat =
  'Do not promote anybody again before you know which servers take writes: muster cluster status.';

function wordsOf(said: StepResult | undefined): string {
  if (said?.kind !== 'failed') return 'the promotion command ended with 0';
  const last = said.output?.trim().split('\n').at(-1);
  return `the promotion command failed: ${said.message}${last ? `: ${last}` : ''}`;
}

/** Looks until the candidate alone takes writes, or the same wrong thing was seen often enough. */
async function observe(
  { leader, candidate, nodes, timeoutMs }: SwitchoverOrder,
  { executor, signal, note }: SwitchoverTools,
  words: string,
): Promise<SwitchoverEnd> {
  const seen = { both: 0, old: 0 };
  const end = await poll<SwitchoverEnd>(
    async () => {
      const looks = await lookAtServers(nodes, { executor, signal });
      if (signal.aborted) return undefined;
      const primaries = looks.filter(({ primary }) => primary);
      const [only] = primaries;
      if (primaries.length === 1 && only!.node !== leader.node) {
        const instead = only!.node === candidate.node ? {} : { instead: only!.node };
        return { kind: 'done', timeline: only!.timeline, interruptionMs: null, ...instead };
      }
      seen.both = primaries.length > 1 ? seen.both + 1 : 0;
      seen.old = primaries.length === 1 ? seen.old + 1 : 0;
      const names = primaries.map(({ node }) => node).join(' and ');
      if (seen.both >= stableLooks) {
        return {
          kind: 'unknown',
          message: `${names} take writes, each for itself (${words})`,
          hint: 'Stop the one that must not lead at once: what clients write there is lost. Then make it a standby anew (pg_rewind or pg_basebackup).',
        };
      }
      if (seen.old >= stableLooks)
        return { kind: 'refused', message: `${words}, and ${leader.node} leads on` };
      note(primaries.length === 0 ? `nobody takes writes; ${words}` : `${names} takes writes; ${words}`);
      return undefined;
    },
    { timeoutMs, signal },
  );
  if (end === 'aborted') return { kind: 'left' };
  return end === 'timeout'
    ? { kind: 'unknown', message: `nobody takes writes (${words})`, hint: doNotRepeat }
    : end;
}
