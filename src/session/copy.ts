import type { CopyFlags, CopyingFlags } from '../cli/copy-flags.ts';
import type { RunFlags } from '../cli/run-flags.ts';
import { createCopyExecutor } from '../copy/copy-executor.ts';
import { type CopyPlan, planFetch, planPut } from '../copy/plan-copy.ts';
import { createTransferCount } from '../copy/transfer-count.ts';
import { UserError } from '../errors.ts';
import { planBatches } from '../run/batches.ts';
import { exitStatus } from '../run/exit-status.ts';
import { runOnNodes } from '../run/run-on-nodes.ts';
import { confirmRun } from './confirm.ts';
import { watchInterrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import { openRunSession, type RunSession } from './open-session.ts';
import { startRecord } from './record.ts';
import { showCopyPlan } from './show-copy-plan.ts';

/** What a command line wants copied. */
export interface CopyRequest {
  readonly direction: CopyPlan['direction'];
  readonly paths: readonly string[];
}

/** What a shell gives a program whose reader went away: 128 + SIGPIPE. */
const readerGone = 141;
/** All nodes together hold no more than this on its way; one node as much as OpenSSH's own sftp. */
const allWindows = 64 * 1024 * 1024;
const oneWindow = 2 * 1024 * 1024;

/** `muster copy` and `muster fetch`. Resolves with the exit status. */
export async function copyCommand(
  flags: CopyFlags,
  request: CopyRequest,
  argv: readonly string[],
): Promise<number> {
  const asRun: RunFlags = {
    ...flags,
    worker: undefined,
    remote: undefined,
    axis: undefined,
    debug: false,
    normalize: undefined,
    ignore: undefined,
    nostdin: true,
    mode: undefined,
    gather: false,
    'gather-all': false,
    'line-mode': false,
    'no-label': false,
    diff: false,
    progress: false,
    outdir: undefined,
    errdir: undefined,
  };
  return runCopy(await openRunSession(asRun, argv), asRun, flags, request);
}

/** Copies to or from the chosen nodes, shown and recorded. Resolves with the exit status. */
export async function runCopy(
  session: RunSession,
  flags: RunFlags,
  copying: CopyingFlags,
  request: CopyRequest,
): Promise<number> {
  const { settings, chosen, surroundings, terminal } = session;
  if (request.paths.length === 0) {
    throw new UserError('no file to copy given', {
      hint: 'Name files or folders: muster copy -w NODES FILE...',
    });
  }
  if (settings.escalation !== undefined) {
    throw new UserError(
      'files are copied as the user who logs in: run modes with a command_prefix do not apply',
      {
        hint: 'Copy to a folder of that user, then: muster run -m sudo … mv …',
      },
    );
  }
  const plan =
    request.direction === 'to-nodes'
      ? await planPut(request.paths, copying.dest, surroundings.cwd)
      : await planFetch(request.paths, copying.dest, surroundings.cwd, process.umask());
  const batches = planBatches(chosen.nodes, settings.batch);
  if (flags['dry-run']) return showCopyPlan(session, flags, plan);
  const text = describePlan(plan);
  await confirmRun(session, text);

  const interrupts = watchInterrupts(leaveNow);
  session.onOutputFailure((failure) => interrupts.stop(failure.kind === 'closed' ? readerGone : 1));
  const connections = await session.executor();
  try {
    const openSubsystem = connections.openSubsystem?.bind(connections);
    if (openSubsystem === undefined) {
      throw new UserError('-R exec runs commands on this machine: there is nobody to copy to', {
        hint: 'Leave -R out: files are copied over SSH.',
      });
    }
    if (settings.verbosity > 1 && !flags.json && !flags['json-lines']) {
      await terminal.stdout.write(clushLines(plan, session.foldNames(chosen.nodes)));
    }
    const count = createTransferCount(plan.size, chosen.nodes.length);
    const executor = createCopyExecutor(
      { openSubsystem },
      (node, tools) => plan.copy(node, tools),
      {
        preserve: copying.preserve,
        checksum: copying.checksum,
        windowBytes: Math.min(oneWindow, allWindows / Math.min(settings.fanout, chosen.nodes.length)),
        filesInFlight: 16,
      },
      count,
    );
    const presenter = await session.copyPresenter({ plan, executor, count });
    const record = await startRecord(session, text, chosen.nodes, { copy: plan.direction });
    const reports = await runOnNodes(
      {
        batches,
        fanout: settings.fanout,
        stopOnFailure: settings.stopOnFailure,
        task: { command: '', timeoutMs: settings.commandTimeoutMs },
      },
      { executor, presenter, signal: interrupts.signal, ...(record === undefined ? {} : { record }) },
    );
    const status = interrupts.exitCode() ?? exitStatus(reports, settings);
    await record?.finish({ exitCode: status });
    return status;
  } finally {
    interrupts.release();
    await connections.close();
  }
}

/** For the journal and questions: `copy a, b → /etc/`. */
function describePlan({ direction, steps }: CopyPlan): string {
  const verb = direction === 'to-nodes' ? 'copy' : 'fetch';
  return `${verb} ${steps.map(({ source, destination }) => `${source} → ${destination}`).join(', ')}`;
}

/** What clush prints with -v. */
function clushLines({ direction, steps }: CopyPlan, nodes: string): string {
  return steps
    .map(({ source, destination }) =>
      direction === 'to-nodes'
        ? `\`${source}' -> ${nodes}:\`${destination}'\n`
        : `${nodes}:\`${source}' -> \`${destination}'\n`,
    )
    .join('');
}
