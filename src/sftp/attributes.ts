import { type PacketReader, type PacketWriter } from './packet.ts';

/** What a server tells of a file, or is asked to set; all of it optional in the protocol. */
export interface FileAttributes {
  readonly size?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** As st_mode: type and permissions. */
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly times?: { readonly atime: number; readonly mtime: number };
}

const hasSize = 1;
const hasOwner = 2;
const hasMode = 4;
const hasTimes = 8;
const hasMore = 0x8000_0000;

export function writeAttributes(writer: PacketWriter, attributes: FileAttributes): PacketWriter {
  const { size, owner, mode, times } = attributes;
  writer.uint32(
    (size === undefined ? 0 : hasSize) |
      (owner === undefined ? 0 : hasOwner) |
      (mode === undefined ? 0 : hasMode) |
      (times === undefined ? 0 : hasTimes),
  );
  if (size !== undefined) writer.uint64(size);
  if (owner !== undefined) writer.uint32(owner.uid).uint32(owner.gid);
  if (mode !== undefined) writer.uint32(mode);
  if (times !== undefined) writer.uint32(times.atime).uint32(times.mtime);
  return writer;
}

export function readAttributes(reader: PacketReader): FileAttributes {
  const flags = reader.uint32();
  const attributes = {
    ...(flags & hasSize ? { size: reader.uint64() } : {}),
    ...(flags & hasOwner ? { owner: { uid: reader.uint32(), gid: reader.uint32() } } : {}),
    ...(flags & hasMode ? { mode: reader.uint32() } : {}),
    ...(flags & hasTimes ? { times: { atime: reader.uint32(), mtime: reader.uint32() } } : {}),
  };
  if (flags & hasMore) {
    for (let count = reader.uint32(); count > 0; count -= 1) {
      reader.bytes();
      reader.bytes();
    }
  }
  return attributes;
}

/** The kind of file by its mode; `other` also when the server did not say. */
export function fileKind({ mode }: FileAttributes): 'file' | 'folder' | 'link' | 'other' {
  switch ((mode ?? 0) & 0o170_000) {
    case 0o100_000:
      return 'file';
    case 0o040_000:
      return 'folder';
    case 0o120_000:
      return 'link';
    default:
      return 'other';
  }
}
