import { randomBytes } from 'node:crypto';
import {
  chmod,
  constants,
  lstat,
  mkdir,
  open,
  rename,
  unlink,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { asBuffer, folderOf, joinPath } from './byte-path.ts';
import { CopyError } from './copy-error.ts';

/** A file being written under a temporary name. */
export interface NewFile {
  readonly file: FileHandle;
  readonly temporary: string;
  /** Puts it under its final name, replacing what is there; never through a link. */
  commit(): Promise<void>;
  /** Removes it. */
  discard(): Promise<void>;
}

/** Made new, never opened through a link that somebody put there. Bytes are readable by this user alone until `commit`. */
export async function createLocalFile(target: string): Promise<NewFile> {
  const temporary = joinPath(folderOf(target), `.muster-${randomBytes(8).toString('hex')}.part`);
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(asBuffer(temporary), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  return {
    file,
    temporary,
    async commit() {
      await refuseFolder(target);
      await rename(asBuffer(temporary), asBuffer(target));
    },
    async discard() {
      await unlink(asBuffer(temporary)).catch(() => {});
    },
  };
}

async function refuseFolder(path: string): Promise<void> {
  const status = await lstat(asBuffer(path)).catch(() => undefined);
  if (status?.isDirectory() === true) {
    throw new CopyError('a folder of that name is in the way on this machine');
  }
}

/** Resolves with true when it was made, false when it was there. A link to a folder is not taken for one. */
export async function makeLocalFolder(path: string): Promise<boolean> {
  try {
    await mkdir(asBuffer(path), 0o700);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const status = await lstat(asBuffer(path));
    if (status.isDirectory()) return false;
    const what = status.isSymbolicLink() ? 'a link' : 'a file';
    throw new CopyError(`${what} of that name is in the way on this machine`);
  }
}

export async function setLocalFolder(
  path: string,
  mode: number,
  times: { readonly atime: number; readonly mtime: number } | undefined,
): Promise<void> {
  await chmod(asBuffer(path), mode);
  if (times !== undefined) await utimes(asBuffer(path), times.atime, times.mtime);
}
