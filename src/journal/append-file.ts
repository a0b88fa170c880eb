import {
  closeSync,
  constants,
  fdatasync,
  fsync,
  ftruncateSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';

/**
 * One append-only file. Writes are synchronous: what was appended survives the death of the process,
 * and is in the file before anything that follows in the program; `sync` makes it survive the machine's.
 */
export interface AppendFile {
  /**
   * Appends all bytes or none: what a full disk let through is taken back. Throws the file system's error.
   */
  append(bytes: Buffer): void;
  /** Waits until everything appended before the call is on disk. Calls share one fdatasync where they can. */
  sync(): Promise<void>;
  /** Makes the file's name survive a loss of power. */
  syncFolder(): Promise<void>;
  close(): void;
  /** Closes and deletes. */
  discard(): void;
}

/** Creates `folder/name`, 0600. Throws EEXIST when there is one, also a link. */
export function createAppendFile(folder: string, name: string): AppendFile {
  const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = openSync(`${folder}/${name}`, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  return appendFile(fd, folder, name, 0);
}

/**
 * Goes on in `folder/name` after its first `size` bytes; what is behind them, the torn end a crash left, is cut off.
 * Throws the file system's error.
 */
export function reopenAppendFile(folder: string, name: string, size: number): AppendFile {
  const { O_WRONLY, O_APPEND, O_NOFOLLOW } = constants;
  const fd = openSync(`${folder}/${name}`, O_WRONLY | O_APPEND | O_NOFOLLOW);
  try {
    ftruncateSync(fd, size);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return appendFile(fd, folder, name, size);
}

function appendFile(fd: number, folder: string, name: string, begin: number): AppendFile {
  const path = `${folder}/${name}`;
  const sync = groupSync(() => fdatasyncFile(fd));
  let size = begin;
  let isTorn = false;
  const takeBack = (): void => {
    ftruncateSync(fd, size);
    isTorn = false;
  };
  return {
    append(bytes) {
      if (isTorn) takeBack();
      let written = 0;
      try {
        // A disk that fills up takes part of a write and reports no error; the next write then does.
        while (written < bytes.length) written += writeSync(fd, bytes, written);
      } catch (error) {
        isTorn = written > 0;
        try {
          if (isTorn) takeBack();
        } catch {
          // A torn end, which readers know; it is taken back before the next append, or that one fails.
        }
        throw error;
      }
      size += written;
    },
    sync,
    async syncFolder() {
      const folderFd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
      try {
        await fsyncFile(folderFd);
      } finally {
        closeSync(folderFd);
      }
    },
    close: () => closeSync(fd),
    discard() {
      closeSync(fd);
      unlinkSync(path);
    },
  };
}

const fdatasyncFile = promisify(fdatasync);
const fsyncFile = promisify(fsync);

/**
 * At most one sync runs at a time; those who ask meanwhile share the next one, because the running one
 * may have begun before their bytes were written.
 */
export function groupSync(syncOnce: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    running = syncOnce().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return next ?? begin();
    next ??= running.then(begin, begin);
    return next;
  };
}
