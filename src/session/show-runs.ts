import { ExitCode } from '../errors.ts';
import { outcomeText } from '../output/outcome-text.ts';
import { makeVisibleLine } from '../output/printable.ts';
import { renderTable } from '../output/table.ts';
import { knownSteps, standingEffects } from '../journal/standing-effects.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { RunSummary } from '../journal/run-view.ts';
import type { NodeRecord } from '../journal/replay.ts';
import type { StepState } from '../journal/replay-rolling.ts';
import type { RunReader } from '../store/read-store.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { requireStore } from './require-store.ts';
import { commandsOf } from './commands-of.ts';
import { standingLines, takeBackWord } from './standing-lines.ts';
import { readSurroundings } from './surroundings.ts';

/** `muster runs list` */
export async function listRuns(options: { limit: number; json: boolean; store: boolean }): Promise<void> {
  const { terminal, journal } = await open(options.store);
  const runs = await journal.list({ limit: options.limit });
  if (options.json) await terminal.stdout.write(`${JSON.stringify({ runs })}\n`);
  else if (runs.length === 0) await terminal.stderr.write('muster: no run is recorded yet\n');
  else {
    const headers = ['run', 'started', 'by', 'nodes', 'result', 'command'];
    await terminal.stdout.write(await renderTable(headers, runs.map(listRow), terminal.stdout.isTTY));
  }
  await terminal.stdout.flush();
}

/** `muster runs show ID`. Throws a JournalError when there is no such run. */
export async function showRun(id: string, options: { json: boolean; store: boolean }): Promise<void> {
  const { terminal, journal } = await open(options.store);
  const run = await journal.show(id);
  if (options.json) {
    const { rolling, ...rest } = run;
    const steps = rolling === undefined ? {} : { plan: rolling.plan, steps: [...rolling.steps.values()] };
    await terminal.stdout.write(`${JSON.stringify({ ...rest, ...steps })}\n`);
  } else {
    const { header, end } = run;
    const by = header.operator.sudoUser === undefined ? '' : ` (as ${header.operator.sudoUser}, with sudo)`;
    const facts = [
      `run      ${run.id}  ${run.state}${end === undefined ? '' : `, exit status ${end.exitCode}`}`,
      `started  ${localTime(run.startedAt)}  by ${header.operator.user}${by} on ${header.host} in ${header.cwd}`,
      `nodes    ${header.nodeSet.folded} (${header.nodeSet.nodes.length}), written ${header.nodeSet.written}`,
      `command  ${header.command}`,
      ...(run.problem === undefined ? [] : [`problem  ${run.problem}`]),
    ];
    await terminal.stdout.write(`${facts.map(makeVisibleLine).join('\n')}\n\n`);
    const rows = run.nodes.map(nodeRow);
    await terminal.stdout.write(
      await renderTable(['node', 'result', 'seconds', 'output'], rows, terminal.stdout.isTTY),
    );
    if (run.rolling !== undefined) {
      const steps = [...run.rolling.steps.values()].map(stepRow);
      const head = ['lane', 'node', 'step', 'state', 'tries', 'seconds', 'said'];
      await terminal.stdout.write(`\n${await renderTable(head, steps, terminal.stdout.isTTY)}`);
      if (run.state !== 'finished' && run.state !== 'running') {
        const { kind } = run.rolling.plan.spec as { kind?: string };
        const standing = standingEffects(run.rolling.plan.lanes, knownSteps(run.rolling));
        const commands = commandsOf(kind);
        const lines = [
          ...standingLines(standing),
          `to go on: muster ${commands} resume ${run.id}`,
          ...(standing.length === 0
            ? []
            : [`${takeBackWord.toLowerCase()}: muster ${commands} abort ${run.id}`]),
        ];
        for (const line of lines) await terminal.stderr.write(`muster: ${makeVisibleLine(line)}\n`);
      }
    }
  }
  await terminal.stdout.flush();
}

/**
 * `muster runs verify [ID]`: checks every record. Gives the exit status: 1 when something is wrong.
 */
export async function verifyRuns(
  id: string | undefined,
  options: { json: boolean; store: boolean },
): Promise<number> {
  const { terminal, journal } = await open(options.store);
  const ids = id === undefined ? (await journal.list()).map((run) => run.id) : [id];
  const found = [];
  for (const one of ids) found.push(await journal.verify(one));
  if (options.json) await terminal.stdout.write(`${JSON.stringify({ runs: found })}\n`);
  else {
    for (const { id: run, path, records, fault } of found) {
      const place = fault === undefined || fault.line === 0 ? path : `${path}:${fault.line}`;
      const how =
        fault === undefined
          ? `sound, ${records} records`
          : `${fault.torn ? 'torn at its end' : 'damaged'}, ${records} records are whole: ${place}: ${fault.what}`;
      await terminal.stdout.write(makeVisibleLine(`${run}  ${how}`) + '\n');
    }
    if (found.length === 0) await terminal.stderr.write('muster: no run is recorded yet\n');
  }
  await terminal.stdout.flush();
  return found.every(({ sound }) => sound) ? ExitCode.ok : ExitCode.nodesFailed;
}

async function open(
  store: boolean,
): Promise<{ terminal: ReturnType<typeof openOwnTerminal>; journal: RunReader }> {
  const surroundings = readSurroundings();
  const terminal = openOwnTerminal(surroundings);
  const { stateFolder: folder, host } = surroundings;
  if (store) {
    const { openStoreReader } = await import('../store/read-store.ts');
    return { terminal, journal: openStoreReader({ url: requireStore(surroundings) }, host) };
  }
  return { terminal, journal: openJournal({ folder, host, onProblem: () => {} }) };
}

function listRow(run: RunSummary): string[] {
  const { header, counts } = run;
  const size = header?.nodeSet.nodes.length ?? 0;
  const result =
    run.state === 'unreadable'
      ? (run.problem ?? 'unreadable')
      : counts === undefined
        ? run.state
        : `${run.state === 'finished' ? '' : `${run.state}, `}${counts.succeeded} ok${counts.failed === 0 ? '' : `, ${counts.failed} failed`}`;
  return [
    run.id,
    localTime(run.startedAt),
    header?.operator.user ?? '-',
    header === undefined ? '-' : `${header.nodeSet.folded} (${size})`,
    result,
    makeVisibleLine(header?.command ?? '-'),
  ];
}

function nodeRow({ node, state, outcome, message, durationMs, bytes }: NodeRecord): string[] {
  const said = outcome === undefined ? message : outcomeText(outcome);
  const how =
    state === 'succeeded'
      ? 'ok'
      : said === undefined || state === 'failed'
        ? (said ?? state)
        : `${state}: ${said}`;
  return [
    node,
    makeVisibleLine(how),
    durationMs === undefined ? '-' : (durationMs / 1000).toFixed(2),
    bytes === undefined ? '-' : `${bytes.stdout + bytes.stderr} bytes`,
  ];
}

function stepRow({ lane, node, step, state, attempts, result }: StepState): string[] {
  return [
    lane,
    node,
    step,
    state,
    String(attempts),
    result === undefined ? '-' : (result.durationMs / 1000).toFixed(2),
    makeVisibleLine(result?.message ?? '-'),
  ];
}

/** `2026-11-24 03:53:12`, in the zone of this machine. */
function localTime(date: Date): string {
  return date.toLocaleString('sv-SE');
}
