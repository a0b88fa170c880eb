import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aHeader } from './run-fixtures.ts';
import { openTestJournal, temporaryFolder } from './test-journal.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

describe('the journal folder', () => {
  it('and its files are for their owner alone, whatever the umask', async () => {
    const { journal, folder, runFile } = openTestJournal();
    const umask = process.umask(0);
    try {
      const recorder = await journal.startRun(aHeader(), { recordOutput: {} });
      await recorder.finish({ exitCode: 0 });
      expect([folder, `${folder}/runs`, runFile(recorder.id)].map(modeOf)).toEqual(['700', '700', '600']);
      expect(modeOf(runFile(recorder.id).replace(/jsonl$/, 'output'))).toBe('600');
    } finally {
      process.umask(umask);
    }
  });

  it('is refused when others may write to it', async () => {
    for (const [mode, part] of [
      [0o770, ''],
      [0o707, ''],
      [0o777, '/runs'],
    ] as const) {
      const { journal, folder } = openTestJournal();
      mkdirSync(`${folder}/runs`, { recursive: true });
      chmodSync(`${folder}${part}`, mode);
      await expect(journal.startRun(aHeader())).rejects.toMatchObject({
        message: `journal folder ${folder}${part} refused: others may write to it`,
        hint: `chmod go-w ${folder}${part}`,
        code: 'JOURNAL_FOLDER',
      });
    }
  });

  it('is refused when it is a link, and nothing is made behind the link', async () => {
    for (const part of ['', '/runs']) {
      const elsewhere = temporaryFolder();
      const folder = `${temporaryFolder()}/muster`;
      if (part !== '') mkdirSync(folder);
      symlinkSync(elsewhere, `${folder}${part}`);
      const { journal } = openTestJournal({ folder });
      await expect(journal.startRun(aHeader())).rejects.toMatchObject({
        message: `journal folder ${folder}${part} refused: it is a symbolic link`,
      });
      expect(statSync(elsewhere).nlink).toBe(2);
    }
  });

  it('is refused when it belongs to somebody else', async () => {
    const uid = process.geteuid!();
    // Root can give a folder away; everybody else finds /tmp in root's hands.
    const folder = uid === 0 ? temporaryFolder() : '/tmp';
    if (uid === 0) chownSync(folder, 12_345, 12_345);
    const { journal } = openTestJournal({ folder });
    await expect(journal.startRun(aHeader())).rejects.toMatchObject({
      message: `journal folder ${folder} refused: it belongs to uid ${uid === 0 ? 12_345 : 0}, you are uid ${uid}`,
    });
  });

  it('is refused with the file that is in its place', async () => {
    const folder = `${temporaryFolder()}/muster`;
    writeFileSync(folder, '');
    await expect(openTestJournal({ folder }).journal.startRun(aHeader())).rejects.toMatchObject({
      message: `journal folder ${folder} refused: it is not a folder`,
    });
    await expect(
      openTestJournal({ folder: `${folder}/deep` }).journal.startRun(aHeader()),
    ).rejects.toMatchObject({
      message: `cannot make the folder ${folder}/deep: not a folder`,
    });
  });
});

describe('a run file', () => {
  it('that is a link or no file at all is not read', async () => {
    const { journal, folder, runFile } = openTestJournal();
    mkdirSync(`${folder}/runs`, { recursive: true });
    const id = '20261124T035312-4f2a';
    symlinkSync('/etc/passwd', runFile(id));
    await expect(journal.show('last')).rejects.toMatchObject({
      message: `cannot read ${runFile(id)}: a symbolic link`,
    });
    const later = '20261124T035313-0000';
    mkdirSync(runFile(later));
    expect(await journal.list()).toMatchObject([
      { id: later, state: 'unreadable', problem: `cannot read ${runFile(later)}: not a file of your own` },
      { id, state: 'unreadable', problem: `cannot read ${runFile(id)}: a symbolic link` },
    ]);
  });
});
