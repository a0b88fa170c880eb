/**
 * The encodings of the SFTP protocol, version 3 (draft-ietf-secsh-filexfer-02). File names are bytes; they are carried as
 * latin1 strings, one character a byte, so that no name is changed on its way.
 */

/** Builds one packet: length, type, then what is added. */
export interface PacketWriter {
  uint32(value: number): PacketWriter;
  uint64(value: number): PacketWriter;
  /** A string or bytes, with their length before them. */
  text(value: string | Buffer): PacketWriter;
  bytes(value: Buffer): PacketWriter;
  finish(): Buffer;
}

export function writePacket(type: number): PacketWriter {
  const parts: Buffer[] = [Buffer.from([0, 0, 0, 0, type])];
  const number = (value: number): Buffer => {
    const buffer = Buffer.allocUnsafe(4);
    buffer.writeUInt32BE(value >>> 0);
    return buffer;
  };
  const writer: PacketWriter = {
    uint32(value) {
      parts.push(number(value));
      return writer;
    },
    uint64(value) {
      parts.push(number(Math.floor(value / 2 ** 32)), number(value % 2 ** 32));
      return writer;
    },
    text(value) {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
      parts.push(number(bytes.length), bytes);
      return writer;
    },
    bytes(value) {
      parts.push(value);
      return writer;
    },
    finish() {
      const packet = Buffer.concat(parts);
      packet.writeUInt32BE(packet.length - 4);
      return packet;
    },
  };
  return writer;
}

/** The server sent something that is no SFTP, or not what was asked for. */
export class SftpProtocolError extends Error {
  override readonly name = 'SftpProtocolError';
}

/** Reads one packet's fields in order; a field that is not there is an SftpProtocolError. */
export interface PacketReader {
  byte(): number;
  uint32(): number;
  /** Numbers above 2^53 lose precision: no file is that large. */
  uint64(): number;
  bytes(): Buffer;
  text(): string;
  atEnd(): boolean;
}

export function readPacket(packet: Buffer): PacketReader {
  let position = 0;
  const take = (count: number): Buffer => {
    if (position + count > packet.length)
      throw new SftpProtocolError('the SFTP server sent a packet cut short');
    position += count;
    return packet.subarray(position - count, position);
  };
  const reader: PacketReader = {
    byte: () => take(1)[0]!,
    uint32: () => take(4).readUInt32BE(),
    uint64: () => reader.uint32() * 2 ** 32 + reader.uint32(),
    bytes: () => take(reader.uint32()),
    text: () => reader.bytes().toString('latin1'),
    atEnd: () => position >= packet.length,
  };
  return reader;
}
