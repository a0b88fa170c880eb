import type { VersionsFlags } from '../cli/versions-flags.ts';
import { makeVisibleLine } from '../output/printable.ts';
import { renderGrid, type GridFormat } from '../output/versions-grid.ts';
import { changesTable } from '../versions/compare-documents.ts';
import { driftTable } from '../versions/drift-table.ts';
import { fleetTable } from '../versions/fleet-table.ts';
import type { Grid } from '../versions/grid.ts';
import { matrixTable } from '../versions/matrix.ts';
import { pluginAnswer } from '../versions/nagios.ts';
import { probeTable } from '../versions/probe-table.ts';
import { prometheusText } from '../versions/prometheus.ts';
import { supportTable } from '../versions/support-table.ts';
import type { RunSession } from './open-session.ts';
import type { VersionsAudit } from './versions.ts';

/** Prints an audit as the flags ask. Gives an exit status where the view has its own. */
export async function showAudit(
  session: RunSession,
  flags: VersionsFlags,
  shown: VersionsAudit,
): Promise<number | undefined> {
  const { stdout } = session.terminal;
  if (flags.nagios) {
    const { status, text } = pluginAnswer(shown.audit, session.foldNames);
    await stdout.write(`${makeVisibleLine(text)}\n`);
    return status;
  }
  await stdout.write(await render(session, flags, shown));
  return undefined;
}

async function render(session: RunSession, flags: VersionsFlags, shown: VersionsAudit): Promise<string> {
  const { audit, document, data } = shown;
  if (flags.json) return `${JSON.stringify(document)}\n`;
  if (flags['json-lines']) {
    const lines = [...document.servers, ...document.nodes.filter(({ facts }) => facts === null)];
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
  if (flags.format === 'prometheus') return prometheusText(audit, data);
  const grid = gridOf(session, flags, shown);
  const { stdout, columns } = session.terminal;
  const { isTTY } = stdout;
  if (grid.rows.length === 0 && isTTY) return `${nothingToShow(flags)}\n`;
  return renderGrid(grid, flags.format as GridFormat, isTTY, columns);
}

function gridOf(
  { foldNames: fold }: RunSession,
  flags: VersionsFlags,
  { audit, document, data, now, probes, before }: VersionsAudit,
): Grid {
  const perNode = flags['per-node'];
  if (before !== undefined) return changesTable(before, document, fold, perNode);
  if (flags.matrix) return matrixTable(audit, fold);
  if (flags.drift) return driftTable(audit, fold);
  if (flags.eol) return supportTable(audit, fold, data, now);
  if (flags.behind) return fleetTable(audit, { fold, perNode, only: ['behind', 'restart'] });
  const names = probes.map(({ name }) => name);
  return names.length > 0 ? probeTable(audit, fold, names, perNode) : fleetTable(audit, { fold, perNode });
}

function nothingToShow(flags: VersionsFlags): string {
  if (flags.diff !== undefined) return 'nothing changed';
  if (flags.drift) return 'no cluster has members that differ';
  return flags.behind ? 'nothing is behind or waits for a restart' : 'nothing to show';
}
