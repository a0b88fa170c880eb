import { shellQuote } from '../../fanout/shell-quote.ts';
import type { Jobs } from '../../jobs/job.ts';
import { poll } from '../../patroni/poll.ts';
import type { RestartEnd, RestartOrder } from '../../patroni/restart.ts';
import type { SwitchoverTools } from '../../patroni/switchover.ts';
import { lookAtServer } from '../../replication/look-at-server.ts';
import { runJob } from '../../rolling/command-step.ts';
import type { StepContext } from '../../rolling/step.ts';

/** Exit codes of the script, beside systemctl's own. */
const leads = 75;

/**
 * Restarts the server's unit, once: a job of the node, which outlives the connection, so that a stop that takes long is not
 * asked for again. systemd is believed only when another process runs the server afterwards.
 */
export async function restartUnit(
  { node, onlyReplica, timeoutS }: RestartOrder,
  unit: string,
  { executor, signal, note }: SwitchoverTools,
  { jobs, context }: { readonly jobs: Jobs; readonly context: StepContext },
): Promise<RestartEnd> {
  const before = await lookAtServer(node, { executor, signal });
  if (signal.aborted) return { kind: 'left' };
  note(`systemctl restart ${unit}`);
  const result = await runJob(
    jobs,
    {
      node,
      command: restartScript(unit, onlyReplica),
      sudo: true,
      timeoutMs: timeoutS * 1000,
      awayMs: 15 * 60_000,
    },
    context,
  );
  switch (result.kind) {
    case 'left':
      return { kind: 'left' };
    case 'done':
      return waitForAnswer(node, timeoutS, { executor, signal, note });
    case 'failed': {
      const why = result.output?.trim().split('\n').at(-1) ?? result.message;
      if (result.outcome?.kind === 'finished' && result.outcome.code === leads)
        return { kind: 'refused', message: why };
      const now = await lookAtServer(node, { executor, signal });
      const same = now.startedAt !== null && now.startedAt === before.startedAt;
      return { kind: same ? 'refused' : 'unknown', message: `systemctl: ${why}` };
    }
    default:
      return { kind: 'unknown', message: result.message };
  }
}

/** A standby may be some time before it is consistent and answers. */
async function waitForAnswer(
  node: string,
  timeoutS: number,
  { executor, signal, note }: SwitchoverTools,
): Promise<RestartEnd> {
  const end = await poll<RestartEnd>(
    async () => {
      const look = await lookAtServer(node, { executor, signal });
      if (look.startedAt !== null) return { kind: 'done', look };
      note('it was restarted and does not answer yet');
      return undefined;
    },
    { timeoutMs: timeoutS * 1000, signal },
  );
  if (end === 'aborted') return { kind: 'left' };
  return end === 'timeout'
    ? { kind: 'unknown', message: `restarted, and no answer within ${timeoutS} s` }
    : end;
}

/** A standby's data directory, the working directory of its server, says that it is one (recovery.conf before 12). */
function restartScript(unit: string, onlyReplica: boolean): string {
  return `unit=${shellQuote(unit)}
pid=$(systemctl show --property MainPID --value "$unit") || exit
${
  onlyReplica
    ? `if [ "$pid" != 0 ] && [ ! -e /proc/$pid/cwd/standby.signal ] && [ ! -e /proc/$pid/cwd/recovery.conf ]; then
  echo 'it leads now: not restarted' >&2
  exit ${leads}
fi`
    : ''
}
systemctl restart "$unit" || { code=$?; journalctl -q -n 10 -o cat -u "$unit"; exit $code; }
now=$(systemctl show --property MainPID --value "$unit")
if [ "$now" = 0 ] || [ "$now" = "$pid" ]; then
  echo "systemd calls $unit restarted, and process $now runs on" >&2
  exit 76
fi`;
}
