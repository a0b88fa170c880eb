import { setTimeout as sleep } from 'node:timers/promises';
import { renderGrid } from '../output/versions-grid.ts';
import type { AuditDocument } from '../versions/audit-document.ts';
import { changesTable } from '../versions/compare-documents.ts';
import type { RunSession } from './open-session.ts';
import type { VersionsAudit } from './versions.ts';

export interface WatchOptions {
  /** Asks all nodes once more. */
  readonly ask: (before: AuditDocument) => Promise<VersionsAudit>;
  /** From the end of one round to the start of the next. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Asks again and again until it is interrupted, and prints what changed since the round before. */
export async function watchVersions(
  session: RunSession,
  first: AuditDocument,
  { ask, everyMs, signal }: WatchOptions,
): Promise<void> {
  const { stdout, columns } = session.terminal;
  let before = first;
  while (await waited(everyMs, signal)) {
    const { document } = await ask(before);
    // A round that was cut short says nothing.
    if (signal.aborted) return;
    const changes = changesTable(before, document, session.foldNames, false);
    before = document;
    if (changes.rows.length === 0) continue;
    const time = document.at.slice(0, 19).replace('T', ' ');
    const grid = {
      headers: ['at (UTC)', ...changes.headers],
      rows: changes.rows.map((row) => [time, ...row]),
    };
    await stdout.write(await renderGrid(grid, 'table', stdout.isTTY, columns));
  }
}

/** False when it was interrupted meanwhile. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
