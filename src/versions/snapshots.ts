import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { AuditDocument } from './audit-document.ts';

/** Older ones than the newest so many are removed: a monitoring system asks every few minutes. */
const kept = 200;

/** Audits kept from earlier, one file each, named by their time. */
export interface Snapshots {
  /** Keeps a document; the file is whole or not there. Returns its path. */
  save(document: AuditDocument): string;
  /**
   * @param wanted `LAST`; a file; or a day or time (`2026-11-20`, UTC): the newest of then or before
   * @throws UserError when there is none
   */
  find(wanted: string): AuditDocument;
}

/** @param stateFolder see Surroundings.stateFolder; @param cwd what relative files are relative to */
export function openSnapshots(stateFolder: string, cwd: string): Snapshots {
  const folder = join(stateFolder, 'versions');
  const names = () => {
    try {
      return readdirSync(folder)
        .filter((name) => /^\d{8}T\d{9}Z\.json$/.test(name))
        .toSorted();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw storageError(folder, error);
    }
  };
  return {
    save(document) {
      const path = join(folder, `${fileTime(document.at)}.json`);
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const draft = `${path}.${process.pid}.new`;
        writeFileSync(draft, `${JSON.stringify(document)}\n`, { mode: 0o600 });
        renameSync(draft, path);
        for (const old of names().slice(0, -kept)) rmSync(join(folder, old), { force: true });
      } catch (error) {
        throw storageError(folder, error);
      }
      return path;
    },
    find(wanted) {
      if (wanted === 'LAST') {
        const last = names().at(-1);
        if (last === undefined)
          throw new UserError('--diff LAST: no earlier audit is kept', { code: 'NO_SNAPSHOT' });
        return readDocument(join(folder, last));
      }
      if (!/^\d{4}-\d\d-\d\d(T[\d:.]+Z?)?$/.test(wanted))
        return readDocument(join(cwd.length > 0 && !wanted.startsWith('/') ? cwd : '', wanted));
      const until =
        wanted.length === 10 ? `${wanted}T23:59:59.999Z` : wanted.endsWith('Z') ? wanted : `${wanted}Z`;
      const time = new Date(until);
      if (Number.isNaN(time.getTime())) throw new UserError(`--diff ${wanted}: not a day or time`);
      const limit = `${fileTime(time.toISOString())}.json`;
      const found = names().findLast((name) => name <= limit);
      if (found === undefined) {
        throw new UserError(`--diff ${wanted}: no audit is kept from then or before`, {
          code: 'NO_SNAPSHOT',
        });
      }
      return readDocument(join(folder, found));
    },
  };
}

/** `2026-11-24T05:47:37.123Z` → `20261124T054737123Z`: sorts by time. */
function fileTime(at: string): string {
  return at.replaceAll(/[-:.]/g, '');
}

function readDocument(path: string): AuditDocument {
  let document: Partial<AuditDocument>;
  try {
    document = JSON.parse(readFileSync(path, 'utf8')) as Partial<AuditDocument>;
  } catch (error) {
    throw new UserError(`${path}: not an audit: ${error instanceof Error ? error.message : String(error)}`, {
      code: 'NO_SNAPSHOT',
      hint: 'Give LAST, a day (2026-11-20) or a file that `muster versions --json` wrote.',
      cause: error,
    });
  }
  if (document.version === 1 && Array.isArray(document.nodes) && Array.isArray(document.servers)) {
    return document as AuditDocument;
  }
  throw new UserError(`${path}: not an audit of this version of muster`, { code: 'NO_SNAPSHOT' });
}

function storageError(folder: string, error: unknown): UserError {
  const message = error instanceof Error ? error.message : String(error);
  return new UserError(`audits cannot be kept in ${folder}: ${message}`, {
    code: 'NO_SNAPSHOT',
    exitCode: 1,
    cause: error,
  });
}
