import { JournalError } from '../journal/journal-error.ts';
import type { Numbered, RunFileRecord } from '../journal/records.ts';
import { makeVisibleLine } from '../output/printable.ts';
import { recordLine } from '../output/record-line.ts';
import { openStoreReader } from '../store/read-store.ts';
import { watchStore } from '../store/watch-store.ts';
import { watchInterrupts } from './interrupts.ts';
import { leaveNow } from './leave.ts';
import { openOwnTerminal } from './own-terminal.ts';
import { requireStore } from './require-store.ts';
import { readSurroundings } from './surroundings.ts';

/** `muster runs watch [ID]`: what colleagues run, as it happens. Gives the exit status. */
export async function watchRuns(text: string | undefined, options: { jsonLines: boolean }): Promise<number> {
  const surroundings = readSurroundings();
  const url = requireStore(surroundings);
  const terminal = openOwnTerminal(surroundings);
  const interrupts = watchInterrupts(leaveNow);
  const address = { url, name: `muster watch ${surroundings.user}@${surroundings.host}` };
  try {
    const run = text === undefined ? undefined : await findInStore(url, surroundings.host, text);
    const show = (id: string, record: Numbered<RunFileRecord>): void => {
      const line = options.jsonLines ? JSON.stringify({ run: id, ...record }) : recordLine(id, record);
      if (line !== undefined)
        void terminal.stdout.write(`${options.jsonLines ? line : makeVisibleLine(line)}\n`);
    };
    await watchStore(
      address,
      {
        ...(run === undefined ? {} : { run }),
        onRecord: show,
        onAway: (why) => void terminal.stderr.write(`muster: ${makeVisibleLine(why)}; trying again\n`),
      },
      interrupts.signal,
    );
    await terminal.stdout.flush();
    return interrupts.exitCode() ?? 0;
  } finally {
    interrupts.release();
  }
}

async function findInStore(url: string, host: string, text: string): Promise<string> {
  const runs = await openStoreReader({ url }, host).list();
  if (text === 'last' && runs[0] !== undefined) return runs[0].id;
  const found = runs.filter(({ id }) => id.startsWith(text));
  if (found.length === 1) return found[0]!.id;
  throw new JournalError(
    found.length === 0 ? `no run "${text}" in the team store` : `run "${text}" is ambiguous`,
    {
      code: 'UNKNOWN_RUN',
      hint: 'Run `muster runs list --store` to see them.',
    },
  );
}
