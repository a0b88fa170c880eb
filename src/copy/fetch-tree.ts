import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileAttributes, fileKind } from '../sftp/attributes.ts';
import { type Bounded, createBounded } from './bounded.ts';
import { asBuffer, joinPath, showPath } from './byte-path.ts';
import { CopyError, fileFailure } from './copy-error.ts';
import { createLocalFile, makeLocalFolder, setLocalFolder } from './local-target.ts';
import type { TreeTools } from './put-tree.ts';
import { fromHome } from './remote-home.ts';
import { readRemote } from './read-remote.ts';
import { runEach } from './run-each.ts';
import { safeName } from './safe-name.ts';

export interface FetchJob {
  /** Byte string; relative: from the login's home. */
  readonly remote: string;
  /** Byte string: the file or folder to make on this machine. */
  readonly target: string;
}

/** Folders in folders; deeper is a server that makes them up, or a link that leads back. */
const maxDepth = 100;

interface RemoteFile {
  readonly remote: string;
  readonly target: string;
  readonly attributes: FileAttributes;
}

interface MadeFolder {
  readonly target: string;
  readonly attributes: FileAttributes;
  readonly made: boolean;
}

/** Copies from one node to this machine. What cannot be copied is in the tally; the rest goes on. */
export async function fetchAll(jobs: readonly FetchJob[], umask: number, tools: TreeTools): Promise<void> {
  const folders: MadeFolder[] = [];
  const window = createBounded(tools.options.windowBytes);
  const { tally, signal, options, progress } = tools;
  const fail = (remote: string, error: unknown): void => {
    signal.throwIfAborted();
    tally.failures.push({ path: showPath(remote), message: fileFailure(error) });
  };

  async function* filesOf(remote: string, target: string, depth: number): AsyncGenerator<RemoteFile> {
    let attributes;
    try {
      signal.throwIfAborted();
      // links are followed on the node, as scp does; here they never are
      attributes = await tools.sftp.stat(remote);
      const kind = fileKind(attributes);
      if (kind === 'file') {
        progress.planned(1, attributes.size ?? 0);
        yield { remote, target, attributes };
        return;
      }
      if (kind !== 'folder') throw new CopyError('neither a file nor a folder on the node');
      if (depth > maxDepth) throw new CopyError(`more than ${maxDepth} folders deep`);
      folders.push({ target, attributes, made: await makeLocalFolder(target) });
      tally.folders += 1;
    } catch (error) {
      fail(remote, error);
      return;
    }
    const seen = new Set<string>();
    const pieces = tools.sftp.list(remote)[Symbol.asyncIterator]();
    for (;;) {
      let piece;
      try {
        piece = await pieces.next();
      } catch (error) {
        fail(remote, error);
        return;
      }
      if (piece.done === true) return;
      for (const { name } of piece.value) {
        if (name === '.' || name === '..') continue;
        const safe = safeName(name);
        if (safe === undefined || seen.has(safe)) {
          fail(
            joinPath(remote, name),
            new CopyError(seen.has(name) ? 'listed twice' : 'not a name for a file; refused'),
          );
          continue;
        }
        seen.add(safe);
        yield* filesOf(joinPath(remote, safe), joinPath(target, safe), depth + 1);
      }
    }
  }

  async function* allFiles(): AsyncGenerator<RemoteFile> {
    for (const { remote, target } of jobs) {
      let path;
      try {
        path = fromHome(remote);
      } catch (error) {
        fail(remote, error);
        continue;
      }
      yield* filesOf(path, target, 0);
    }
  }

  await runEach(allFiles(), options.filesInFlight, async (file) => {
    try {
      tally.bytes += await fetchFile(file, umask, window, tools);
      tally.files += 1;
      progress.fileDone();
    } catch (error) {
      fail(file.remote, error);
    }
  });
  for (const { target, attributes, made } of folders.toReversed()) {
    if (!made && !options.preserve) continue;
    try {
      const mode = permissions(attributes, 0o755) & (options.preserve ? 0o7777 : 0o777 & ~umask);
      await setLocalFolder(target, mode, options.preserve ? attributes.times : undefined);
    } catch (error) {
      fail(target, error);
    }
  }
}

/** Resolves with the file's size. */
async function fetchFile(
  { remote, target, attributes }: RemoteFile,
  umask: number,
  window: Bounded,
  { sftp, options, progress, signal }: TreeTools,
): Promise<number> {
  const handle = await sftp.open(remote, 'read');
  try {
    const local = await createLocalFile(target);
    try {
      const { size = 0 } = await sftp.fstat(handle);
      const hash = options.checksum ? createHash('sha256') : undefined;
      let position = 0;
      for await (const piece of readRemote(sftp, handle, size, window, signal)) {
        hash?.update(piece);
        for (let done = 0; done < piece.length;) {
          done += (await local.file.write(piece, done, piece.length - done, position + done)).bytesWritten;
        }
        position += piece.length;
        progress.moved(piece.length);
      }
      const written = await local.file.stat();
      if (written.size !== position) throw new CopyError(`${written.size} bytes of ${position} were written`);
      if (hash !== undefined && (await digestOf(local.temporary)) !== hash.digest('hex')) {
        throw new CopyError('other bytes were written than were received');
      }
      await local.file.chmod(permissions(attributes, 0o644) & (options.preserve ? 0o7777 : 0o777 & ~umask));
      if (options.preserve && attributes.times !== undefined) {
        await local.file.utimes(attributes.times.atime, attributes.times.mtime);
      }
      await local.commit();
      return position;
    } catch (error) {
      await local.discard();
      throw error;
    } finally {
      await local.file.close();
    }
  } finally {
    await sftp.close(handle).catch(() => {});
  }
}

function permissions({ mode }: FileAttributes, otherwise: number): number {
  return mode === undefined ? otherwise : mode & 0o7777;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(asBuffer(path))) hash.update(piece as Buffer);
  return hash.digest('hex');
}
