import { readdir, stat } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { asBuffer, baseOf, joinPath, showPath, toBytePath } from './byte-path.ts';

/** A file or folder of this machine to be copied. Folders come before what is in them. */
export interface SourceEntry {
  readonly kind: 'file' | 'folder';
  /** Byte string, for reading. */
  readonly path: string;
  /** Below the source itself; empty for the source. */
  readonly relative: string;
  readonly size: number;
  /** Permissions, 0o7777. */
  readonly mode: number;
  readonly times: { readonly atime: number; readonly mtime: number };
}

/** One source as named on the command line, with all that is in it. */
export interface Source {
  /** Byte string, as named. */
  readonly named: string;
  /** Its name in the destination folder. */
  readonly base: string;
  readonly isFolder: boolean;
  readonly entries: readonly SourceEntry[];
}

/**
 * Lists sources before anybody is contacted. Links are followed, as scp does.
 * @throws UserError for what is not there, cannot be read, or is neither file nor folder
 */
export async function listSources(paths: readonly string[], cwd: string): Promise<Source[]> {
  const sources: Source[] = [];
  for (const given of paths) {
    const named = toBytePath(given);
    const base = baseOf(named);
    if (base === '..' || base === '') {
      throw new UserError(`${given}: its last part is not a name`, {
        hint: 'Name the folder itself, or "." in it.',
      });
    }
    const entries: SourceEntry[] = [];
    await walk(joinFrom(toBytePath(cwd), named), '', entries, []);
    sources.push({ named, base, isFolder: entries[0]!.kind === 'folder', entries });
  }
  return sources;
}

export function joinFrom(cwd: string, path: string): string {
  return path.startsWith('/') ? path : joinPath(cwd, path);
}

async function walk(
  path: string,
  relative: string,
  entries: SourceEntry[],
  above: readonly string[],
): Promise<void> {
  const status = await stat(asBuffer(path)).catch((error: unknown) => refuse(path, error));
  const common = {
    path,
    relative,
    mode: status.mode & 0o7777,
    times: { atime: Math.floor(status.atimeMs / 1000), mtime: Math.floor(status.mtimeMs / 1000) },
  };
  if (status.isFile()) {
    entries.push({ ...common, kind: 'file', size: status.size });
    return;
  }
  if (!status.isDirectory()) {
    throw new UserError(`${showPath(path)}: neither a file nor a folder`, {
      hint: 'Copy a folder without it.',
    });
  }
  const id = `${status.dev}:${status.ino}`;
  if (above.includes(id)) {
    throw new UserError(`${showPath(path)}: this link leads back to a folder above it`);
  }
  entries.push({ ...common, kind: 'folder', size: 0 });
  const names = await readdir(asBuffer(path), { encoding: 'latin1' }).catch((error: unknown) =>
    refuse(path, error),
  );
  for (const name of names.toSorted()) {
    await walk(joinPath(path, name), joinPath(relative, name), entries, [...above, id]);
  }
}

function refuse(path: string, error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const why =
    code === 'ENOENT'
      ? 'no such file or folder on this machine'
      : code === 'EACCES'
        ? 'permission denied on this machine'
        : error instanceof Error
          ? error.message
          : String(error);
  throw new UserError(`${showPath(path)}: ${why}`, {
    code: 'SOURCE',
    hint: 'Nothing was copied, no node was contacted.',
    cause: error,
  });
}
