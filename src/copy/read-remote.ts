import type { SftpSession } from '../sftp/session.ts';
import type { Bounded } from './bounded.ts';
import { CopyError } from './copy-error.ts';

/** Files whose size the node does not know (`/proc`) are read up to this. */
const unknownSizeLimit = 256 * 1024 * 1024;

/**
 * The content of an open remote file, in order, several pieces on their way at a time. A file that grows meanwhile is
 * read up to the size it had; one that gets shorter is a CopyError.
 */
export async function* readRemote(
  sftp: SftpSession,
  handle: Buffer,
  size: number,
  window: Bounded,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const asked: {
    readonly offset: number;
    readonly length: number;
    readonly data: Promise<Buffer | undefined>;
  }[] = [];
  let next = 0;
  try {
    while (next < size || asked.length > 0) {
      signal.throwIfAborted();
      while (next < size) {
        const length = Math.min(sftp.maxRead, size - next);
        // the first piece waits for room, further ones are asked for where there is some
        if (asked.length > 0 && !window.takeNow(length)) break;
        if (asked.length === 0) await window.take(length);
        const data = sftp.read(handle, next, length);
        data.catch(() => {});
        asked.push({ offset: next, length, data });
        next += length;
      }
      const { offset, length, data } = asked[0]!;
      let position = offset;
      let piece = await data;
      for (;;) {
        if (piece === undefined) throw new CopyError('the file became shorter while it was copied');
        yield piece;
        position += piece.length;
        if (position === offset + length) break;
        // servers may send less than they were asked for
        piece = await sftp.read(handle, position, offset + length - position);
      }
      asked.shift();
      window.give(length);
    }
  } finally {
    for (const { length } of asked) window.give(length);
  }
  if (size > 0) return;
  for (let position = 0; ;) {
    signal.throwIfAborted();
    const piece = await sftp.read(handle, position, sftp.maxRead);
    if (piece === undefined) return;
    yield piece;
    position += piece.length;
    if (position > unknownSizeLimit) throw new CopyError('the node sends without end');
  }
}
