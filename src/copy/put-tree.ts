import { fileKind } from '../sftp/attributes.ts';
import type { SftpSession } from '../sftp/session.ts';
import { SftpError } from '../sftp/status.ts';
import { createBounded } from './bounded.ts';
import { joinPath, showPath } from './byte-path.ts';
import { CopyError, fileFailure } from './copy-error.ts';
import type { CopyOptions } from './copy-options.ts';
import type { CopyProgress, CopyTally } from './copy-result.ts';
import { putFile, type PutFileTools } from './put-file.ts';
import { fromHome } from './remote-home.ts';
import { runEach } from './run-each.ts';
import type { Source, SourceEntry } from './source-tree.ts';

export interface PutJob {
  readonly source: Source;
  /** Byte string: a folder of the node to copy into, or what the copy shall be called. */
  readonly destination: string;
}

export interface TreeTools {
  readonly sftp: SftpSession;
  readonly options: CopyOptions;
  readonly tally: CopyTally;
  readonly progress: CopyProgress;
  readonly signal: AbortSignal;
}

/** Copies sources to one node, where scp would put them. What cannot be copied is in the tally; the rest goes on. */
export async function putAll(jobs: readonly PutJob[], tools: TreeTools): Promise<void> {
  const fileTools: PutFileTools = {
    ...tools,
    window: createBounded(tools.options.windowBytes),
    moved: (bytes) => tools.progress.moved(bytes),
  };
  for (const job of jobs) {
    try {
      await putTree(job.source, await targetOf(job, jobs.length > 1, tools.sftp), fileTools, tools);
    } catch (error) {
      tools.signal.throwIfAborted();
      tools.tally.failures.push({ path: showPath(job.destination), message: fileFailure(error) });
    }
  }
}

/** Into the folder that is there; else under the name given, if its folder is there. */
async function targetOf(
  { source, destination }: PutJob,
  several: boolean,
  sftp: SftpSession,
): Promise<string> {
  const place = fromHome(destination);
  let kind;
  try {
    kind = fileKind(await sftp.stat(place));
  } catch (error) {
    if (!(error instanceof SftpError) || error.reason !== 'no-such-file') throw error;
    if (place.endsWith('/') && !source.isFolder) throw new CopyError('no such folder on the node');
    if (several) throw new CopyError('several sources need a folder that is there on the node');
    return place;
  }
  if (kind === 'folder') return joinPath(place, source.base);
  if (kind === 'other') throw new CopyError('neither a file nor a folder on the node');
  if (source.isFolder || several) throw new CopyError('not a folder on the node');
  return place;
}

async function putTree(
  source: Source,
  target: string,
  fileTools: PutFileTools,
  { sftp, options, tally, progress, signal }: TreeTools,
): Promise<void> {
  /** Folders that this copy made: nothing can be in the way in them. */
  const made = new Set<string>();
  const broken: string[] = [];
  const fail = (entry: SourceEntry, error: unknown): void => {
    signal.throwIfAborted();
    tally.failures.push({ path: showPath(joinPath(target, entry.relative)), message: fileFailure(error) });
  };
  const below = (entry: SourceEntry): boolean =>
    broken.some((folder) => folder === '' || entry.relative.startsWith(`${folder}/`));

  for (const entry of source.entries) {
    if (entry.kind !== 'folder' || below(entry)) continue;
    signal.throwIfAborted();
    try {
      if (await makeFolder(sftp, joinPath(target, entry.relative), entry.mode)) made.add(entry.relative);
      tally.folders += 1;
    } catch (error) {
      broken.push(entry.relative);
      fail(entry, error);
    }
  }
  const files = source.entries.filter((entry) => entry.kind === 'file' && !below(entry));
  await runEach(files, options.filesInFlight, async (entry) => {
    try {
      const fresh = made.has(parentOf(entry.relative)) && entry.relative !== '';
      await putFile(fileTools, entry, joinPath(target, entry.relative), fresh);
      tally.files += 1;
      tally.bytes += entry.size;
      progress.fileDone();
    } catch (error) {
      fail(entry, error);
    }
  });
  // from the inside out: writing into a folder changes its time, and may need a mode it shall not keep
  for (const entry of source.entries.toReversed()) {
    if (entry.kind !== 'folder' || below(entry) || broken.includes(entry.relative)) continue;
    if (!options.preserve && !made.has(entry.relative)) continue;
    try {
      await sftp.setstat(joinPath(target, entry.relative), {
        mode: entry.mode,
        ...(options.preserve ? { times: entry.times } : {}),
      });
    } catch (error) {
      fail(entry, error);
    }
  }
}

function parentOf(relative: string): string {
  const end = relative.lastIndexOf('/');
  return end === -1 ? '' : relative.slice(0, end);
}

/** Resolves with true when it was made, false when it was there. */
async function makeFolder(sftp: SftpSession, path: string, mode: number): Promise<boolean> {
  try {
    await sftp.mkdir(path, mode | 0o700);
    return true;
  } catch (error) {
    if (!(error instanceof SftpError)) throw error;
    const there = await sftp.stat(path).catch(() => undefined);
    if (there === undefined) throw error;
    if (fileKind(there) === 'folder') return false;
    throw new CopyError('a file of that name is in the way');
  }
}
