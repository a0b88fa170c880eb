import { resolve } from 'node:path';
import { readSeconds } from '../cli/read-number.ts';
import type { VersionsFlags } from '../cli/versions-flags.ts';
import { ownFolder } from '../config/search-path.ts';
import { ExitCode } from '../errors.ts';
import type { Executor } from '../fanout/executor.ts';
import { outcomeText } from '../output/outcome-text.ts';
import { auditDocument, type AuditDocument } from '../versions/audit-document.ts';
import { allFindings, auditFleet } from '../versions/audit.ts';
import type { Audit, NodeAnswer } from '../versions/audit-types.ts';
import { collectFacts } from '../versions/collect.ts';
import { findingsStatus } from '../versions/findings.ts';
import type { Probe } from '../versions/probe.ts';
import { bundledReleaseData, noteQueries, staleDays, type ReleaseData } from '../versions/release-data.ts';
import { overrideReleaseData } from '../versions/read-release-data.ts';
import { openSnapshots } from '../versions/snapshots.ts';
import type { SqlWay } from '../versions/sql-executor.ts';
import { watchInterrupts, type Interrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import { openRunSession, type RunExecutor, type RunSession } from './open-session.ts';
import { openServerSocket } from './server-socket.ts';
import { chooseProbes } from './versions-probes.ts';
import { asRun } from './as-run.ts';
import { showAudit } from './versions-views.ts';

/** A node that takes longer is stuck: an answer takes a hundredth of it. */
const patienceMs = 120_000;

/** Exit status of a program whose reader went away: 128 + SIGPIPE. */
const readerGone = 141;

/** One audit, before and while it is shown. */
export interface VersionsAudit {
  readonly audit: Audit;
  readonly document: AuditDocument;
  readonly data: ReleaseData;
  readonly now: Date;
  readonly probes: readonly Probe[];
  /** With --diff: what it is compared with. */
  readonly before: AuditDocument | undefined;
}

/** `muster versions`: asks the nodes, judges their answers, shows them. Gives the exit status. */
export async function runVersions(flags: VersionsFlags, argv: readonly string[]): Promise<number> {
  const session = await openRunSession(asRun(flags), argv);
  const { surroundings } = session;
  const own = ownFolder(surroundings);
  const inCwd = (file: string) => resolve(surroundings.cwd, file);
  // Whatever can be wrong on the command line is found before any node is asked.
  const data = overrideReleaseData(
    await bundledReleaseData(),
    `${own}/versions.d`,
    flags.data === undefined ? undefined : inCwd(flags.data),
  );
  const probeFile = flags.probes === undefined ? `${own}/probes.yaml` : inCwd(flags.probes);
  const probes = await chooseProbes(flags.of ?? [], probeFile, flags.probes !== undefined);
  const snapshots = openSnapshots(surroundings.stateFolder, surroundings.cwd);
  const before = flags.diff === undefined ? undefined : snapshots.find(flags.diff);

  const everyMs = readSeconds('--watch', flags.watch);

  const interrupts = watchInterrupts(leaveNow);
  session.onOutputFailure((failure) => interrupts.stop(failure.kind === 'closed' ? readerGone : 1));
  // With --sql pg the servers are asked through the same connections.
  const keepOpen = everyMs !== undefined || flags.sql === 'pg';
  const connections = await session.executor({ ...session.settings, keepOpen });
  const executor = await session.withPatterns(connections, session.chosen.nodes);
  const ask = async (since: AuditDocument | undefined): Promise<VersionsAudit> => {
    const answers = await askNodes(session, flags, { executor, connections, interrupts, data, probes });
    const now = new Date();
    const audit = auditFleet(answers, { data, now });
    const document = auditDocument(audit, data, now);
    if (flags.save && !interrupts.signal.aborted) snapshots.save(document);
    return { audit, document, data, now, probes, before: since };
  };
  try {
    const shown = await ask(before);
    const status = await showAudit(session, flags, shown);
    sayWhatIsMissing(session, shown);
    if (everyMs !== undefined) {
      const { watchVersions } = await import('./versions-watch.ts');
      await watchVersions(session, shown.document, { ask, everyMs, signal: interrupts.signal });
    }
    return interrupts.exitCode() ?? status ?? statusOf(shown.audit);
  } finally {
    interrupts.release();
    await executor.close();
    await session.terminal.stdout.flush();
  }
}

interface Asking {
  readonly executor: Executor;
  readonly connections: RunExecutor;
  readonly interrupts: Interrupts;
  readonly data: ReleaseData;
  readonly probes: readonly Probe[];
}

function askNodes(
  { chosen, settings }: RunSession,
  flags: VersionsFlags,
  { executor, connections, interrupts, data, probes }: Asking,
): Promise<NodeAnswer[]> {
  return collectFacts(chosen.nodes, {
    executor,
    fanout: settings.fanout,
    timeoutMs: settings.commandTimeoutMs || patienceMs,
    signal: interrupts.signal,
    notes: noteQueries(data),
    probes,
    sql: flags.sql as SqlWay,
    openSocket: (socket, signal) => openServerSocket(connections, socket, signal),
    ...(flags.dsn === undefined ? {} : { dsn: flags.dsn }),
    describe: ({ outcome }) => outcomeText(outcome) ?? 'it said nothing: is its login shell restricted?',
  });
}

function sayWhatIsMissing(session: RunSession, { audit, data, now }: VersionsAudit): void {
  const missing = audit.unanswered.map(({ node }) => node);
  if (missing.length > 0) {
    const total = session.chosen.nodes.length;
    session.warn(`${missing.length} of ${total} nodes did not answer: ${session.foldNames(missing)}`);
  }
  const days = staleDays(data, now);
  if (days === undefined) return;
  session.warn(
    `the release data is ${days} days old (${data.asOf}): newer minors may exist than those known here or offered to a node`,
  );
}

function statusOf(audit: Audit): number {
  const partial = audit.unanswered.length > 0 ? ExitCode.nodesFailed : ExitCode.ok;
  return Math.max(partial, findingsStatus(allFindings(audit)));
}
