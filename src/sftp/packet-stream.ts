import type { Duplex } from 'node:stream';
import { SftpProtocolError } from './packet.ts';

/** OpenSSH's own limit for a packet, 256 KiB, and some more. */
const maxPacket = 300 * 1024;

/**
 * Cuts what comes from the server into packets (without their length). Nothing larger than a packet may be is ever kept.
 * @param onPacket may throw: it is told to `onError` like a packet that is none
 */
export function readPackets(
  stream: Duplex,
  onPacket: (packet: Buffer) => void,
  onError: (error: Error) => void,
): void {
  let chunks: Buffer[] = [];
  let held = 0;
  let first = true;

  const take = (): void => {
    while (held >= 4) {
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, held);
      chunks = [all];
      const length = all.readUInt32BE();
      if (length < 1 || length > maxPacket) throw new SftpProtocolError(notSftp(all, first));
      if (held < length + 4) return;
      first = false;
      chunks = held === length + 4 ? [] : [all.subarray(length + 4)];
      held -= length + 4;
      onPacket(all.subarray(4, length + 4));
    }
  };
  let needed = 4;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    if (held < needed) return;
    try {
      take();
      needed = held < 4 ? 4 : chunks[0]!.readUInt32BE() + 4;
    } catch (error) {
      stream.removeAllListeners('data');
      stream.resume();
      chunks = [];
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** The usual reason for a first packet that is none: a login shell that prints something. */
function notSftp(bytes: Buffer, first: boolean): string {
  if (!first) return 'the SFTP server sent a packet of an impossible length';
  const text = bytes
    .subarray(0, 60)
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim();
  return `the node sends other text instead of SFTP${text === '' ? '' : `: ${text}`}`;
}
