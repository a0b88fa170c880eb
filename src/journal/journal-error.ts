import { UserError } from '../errors.ts';

/** The journal cannot be written or read, or does not hold what was asked for. */
export class JournalError extends UserError {
  override readonly name = 'JournalError';
}

/** Words a file system error so that it names the place and the remedy. */
export function storageError(doing: string, path: string, cause: unknown): JournalError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const known = remedies[code];
  const what = known?.what ?? (cause instanceof Error ? cause.message : String(cause));
  return new JournalError(`cannot ${doing} ${path}: ${what}`, {
    code: 'JOURNAL_STORAGE',
    hint: known?.hint ?? `Check the folder, ${elsewhere}.`,
    cause,
  });
}

const elsewhere = 'or set XDG_STATE_HOME to keep the journal elsewhere';

const remedies: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  ENOSPC: { what: 'no space left', hint: `Free space on that file system, ${elsewhere}.` },
  EDQUOT: { what: 'disk quota used up', hint: `Free space, ${elsewhere}.` },
  EROFS: { what: 'read-only file system', hint: `Make it writable, ${elsewhere}.` },
  EACCES: { what: 'permission denied', hint: `Give yourself access, ${elsewhere}.` },
  EPERM: { what: 'not permitted', hint: `Check its owner and attributes (lsattr), ${elsewhere}.` },
  ENOTDIR: { what: 'not a folder', hint: `Move the file that is in its place, ${elsewhere}.` },
  ELOOP: { what: 'a symbolic link', hint: 'Replace the link by what it points to.' },
  EMFILE: { what: 'too many open files', hint: 'Raise the limit (ulimit -n) or lower the fanout (-f).' },
  EIO: { what: 'input/output error', hint: `Check the disk (dmesg), ${elsewhere}.` },
};
