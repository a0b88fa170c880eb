import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { onTestFinished } from 'vitest';
import type { JournalError } from '../../../src/journal/journal-error.ts';
import type { JournalOptions, RunJournal } from '../../../src/journal/open-journal.ts';
import { openJournal } from '../../../src/journal/open-journal.ts';

export interface TestJournal {
  readonly journal: RunJournal;
  /** The state folder. */
  readonly folder: string;
  readonly problems: JournalError[];
  readonly runFile: (id: string) => string;
}

/** A journal in a new folder, removed after the test; or one more on the folder given. */
export function openTestJournal(options: Partial<JournalOptions> = {}): TestJournal {
  const folder = options.folder ?? `${temporaryFolder()}/muster`;
  const problems: JournalError[] = [];
  const journal = openJournal({
    host: 'bastion1',
    onProblem: (problem) => problems.push(problem),
    ...options,
    folder,
  });
  return { journal, folder, problems, runFile: (id) => `${folder}/runs/${id}.jsonl` };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(`${tmpdir()}/muster-journal-`);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
