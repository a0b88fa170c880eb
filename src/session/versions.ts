import type { RunFlags } from '../cli/run-flags.ts';
import type { VersionsFlags } from '../cli/versions-flags.ts';
import { ExitCode } from '../errors.ts';
import { outcomeText } from '../output/outcome-text.ts';
import { renderGrid, type GridFormat } from '../output/versions-grid.ts';
import { allFindings, auditFleet } from '../versions/audit.ts';
import type { Audit, NodeAnswer } from '../versions/audit-types.ts';
import { auditDocument } from '../versions/audit-document.ts';
import { collectFacts } from '../versions/collect.ts';
import { fleetTable } from '../versions/fleet-table.ts';
import { findingsStatus, type FindingKind } from '../versions/findings.ts';
import { bundledReleaseData, noteQueries, type ReleaseData } from '../versions/release-data.ts';
import { watchInterrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import { openRunSession, type RunSession } from './open-session.ts';

/** A node that takes longer is stuck: no answer takes a tenth of it. */
const patienceMs = 120_000;

/** `muster versions`: asks the nodes, judges their answers, shows them. Gives the exit status. */
export async function runVersions(flags: VersionsFlags, argv: readonly string[]): Promise<number> {
  const session = await openRunSession(asRunFlags(flags), argv);
  const data = await bundledReleaseData();
  const interrupts = watchInterrupts(leaveNow);
  session.onOutputFailure((failure) => interrupts.stop(failure.kind === 'closed' ? 141 : 1));
  const executor = await session.withPatterns(await session.executor(), session.chosen.nodes);
  try {
    const answers = await collectFacts(session.chosen.nodes, {
      executor,
      fanout: session.settings.fanout,
      timeoutMs: session.settings.commandTimeoutMs || patienceMs,
      signal: interrupts.signal,
      notes: noteQueries(data),
      probes: [],
      describe: ({ outcome }) => outcomeText(outcome) ?? 'it said nothing: is its login shell restricted?',
    });
    const audit = auditFleet(answers, { data, now: new Date() });
    await show(session, flags, audit, data);
    return interrupts.exitCode() ?? statusOf(audit, answers);
  } finally {
    interrupts.release();
    await executor.close();
    await session.terminal.stdout.flush();
  }
}

async function show(
  session: RunSession,
  flags: VersionsFlags,
  audit: Audit,
  data: ReleaseData,
): Promise<void> {
  const { stdout } = session.terminal;
  if (flags.json) {
    await stdout.write(`${JSON.stringify(auditDocument(audit, data, new Date()))}\n`);
  } else {
    const only = filter(flags);
    const grid = fleetTable(audit, {
      fold: session.foldNames,
      perNode: flags['per-node'],
      ...(only === undefined ? {} : { only }),
    });
    await stdout.write(await renderGrid(grid, flags.format as GridFormat, stdout.isTTY));
  }
  const missing = audit.unanswered.map(({ node }) => node);
  if (missing.length === 0) return;
  session.warn(
    `${missing.length} of ${session.chosen.nodes.length} nodes did not answer: ${session.foldNames(missing)}`,
  );
}

function filter(flags: VersionsFlags): FindingKind[] | undefined {
  if (flags.behind) return ['behind', 'restart'];
  if (flags.drift) return ['drift'];
  return flags.eol ? ['eol'] : undefined;
}

function statusOf(audit: Audit, answers: readonly NodeAnswer[]): number {
  const partial = answers.some(({ facts }) => facts === null) ? ExitCode.nodesFailed : ExitCode.ok;
  return Math.max(partial, findingsStatus(allFindings(audit)));
}

/** The options that choose nodes and connect are those of `run`; how `run` shows and rolls has no place here. */
function asRunFlags(flags: VersionsFlags): RunFlags {
  return {
    ...flags,
    nostdin: true,
    gather: false,
    'gather-all': false,
    'line-mode': false,
    'no-label': false,
    regroup: false,
    groupbase: false,
    diff: false,
    quiet: false,
    verbose: false,
    progress: false,
    maxrc: false,
    raw: false,
    outdir: undefined,
    errdir: undefined,
    'json-lines': false,
    'stop-on-failure': false,
    batch: undefined,
    'dry-run': false,
    'retry-failed': false,
    yes: true,
  };
}
