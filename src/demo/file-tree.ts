export type Entry =
  | { readonly kind: 'folder'; readonly modified: Date }
  | {
      readonly kind: 'file';
      readonly modified: Date;
      /** In bytes. */
      readonly size: number;
      /** As they were written; put together when they are read. */
      readonly chunks: Buffer[];
    };

/** A refusal of the file tree; `message` is the C library's text. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

const noSuchFile = 'No such file or directory';

/** Bytes one node may hold, so that a demo cannot fill the memory of the machine it runs on. */
const capacity = 8 * 1024 * 1024;

/** A node's files, in memory: nothing here reaches the disk of the machine. Paths are absolute and normal. */
export class FileTree {
  readonly #entries = new Map<string, Entry>([['/', { kind: 'folder', modified: new Date() }]]);
  #size = 0;

  find(path: string): Entry | undefined {
    return this.#entries.get(path);
  }

  isFolder(path: string): boolean {
    return this.#entries.get(path)?.kind === 'folder';
  }

  read(path: string): Buffer {
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      throw new FileError(noSuchFile);
    }
    if (entry.kind === 'folder') {
      throw new FileError('Is a directory');
    }
    entry.chunks.splice(0, Infinity, Buffer.concat(entry.chunks));
    return entry.chunks[0]!;
  }

  write(path: string, bytes: string | Uint8Array, append = false): void {
    const before = this.#entries.get(path);
    if (before?.kind === 'folder' || path.endsWith('/')) {
      throw new FileError('Is a directory');
    }
    this.#requireFolder(parentOf(path));
    const added = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
    const nothing: { chunks: Buffer[]; size: number } = { chunks: [], size: 0 };
    const kept = append && before !== undefined ? before : nothing;
    const size = kept.size + added.length;
    const total = this.#size - (before?.size ?? 0) + size;
    if (total > capacity) {
      throw new FileError('No space left on device');
    }
    if (added.length > 0) {
      kept.chunks.push(added);
    }
    this.#size = total;
    this.#entries.set(path, { kind: 'file', modified: new Date(), size, chunks: kept.chunks });
  }

  makeFolder(path: string, options: { parents?: boolean } = {}): void {
    if (this.#entries.has(path)) {
      if (options.parents === true && this.isFolder(path)) {
        return;
      }
      throw new FileError('File exists');
    }
    const parent = parentOf(path);
    if (options.parents === true && !this.#entries.has(parent)) {
      this.makeFolder(parent, options);
    }
    this.#requireFolder(parent);
    this.#entries.set(path, { kind: 'folder', modified: new Date() });
  }

  /** Removes a file, or a folder with all that is in it. */
  remove(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      throw new FileError(noSuchFile);
    }
    for (const [other, found] of this.#entries) {
      if (other === path || other.startsWith(`${path}/`)) {
        this.#size -= found.kind === 'file' ? found.size : 0;
        this.#entries.delete(other);
      }
    }
  }

  /** Names directly in a folder, sorted as `LC_ALL=C ls` does. */
  list(path: string): string[] {
    const prefix = path === '/' ? '/' : `${path}/`;
    const names: string[] = [];
    for (const other of this.#entries.keys()) {
      if (other.startsWith(prefix) && other !== '/' && !other.includes('/', prefix.length)) {
        names.push(other.slice(prefix.length));
      }
    }
    return names.sort((a, b) => (a < b ? -1 : 1));
  }

  #requireFolder(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) {
      throw new FileError(noSuchFile);
    }
    if (entry.kind !== 'folder') {
      throw new FileError('Not a directory');
    }
  }
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The absolute path without `.`, `..` and doubled slashes. */
export function resolvePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') {
      parts.pop();
    } else if (part !== '' && part !== '.') {
      parts.push(part);
    }
  }
  return `/${parts.join('/')}`;
}
