/** A field of a packet: a number is a uint32, text and bytes carry their length before them (RFC 4251, 5). */
export type Field = number | boolean | string | Buffer;

/** Numbers of RFC 4250, 4.1.2: what a connection in proxy mode carries. */
export const message = {
  open: 90,
  openConfirmation: 91,
  openFailure: 92,
  windowAdjust: 93,
  data: 94,
  extendedData: 95,
  eof: 96,
  close: 97,
  request: 98,
  success: 99,
  failure: 100,
} as const;

/** Far more than any packet of a master; a longer one is not from a master. */
const maxPacket = 1024 * 1024;

/** A control packet of a master (OpenSSH's PROTOCOL.mux): length, then fields. */
export function controlPacket(...fields: readonly Field[]): Buffer {
  return framed(encode(fields));
}

/** A packet in proxy mode: as in SSH, a padding length (always 0 here) and the message number before its fields. */
export function channelPacket(type: number, ...fields: readonly Field[]): Buffer {
  return framed([Buffer.from([0, type]), ...encode(fields)]);
}

function framed(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([uint32(length), ...parts], length + 4);
}

function encode(fields: readonly Field[]): Buffer[] {
  return fields.flatMap((field) => {
    if (typeof field === 'number') return [uint32(field)];
    if (typeof field === 'boolean') return [Buffer.from([field ? 1 : 0])];
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
    return [uint32(bytes.length), bytes];
  });
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Reads the fields of a packet, one after the other; a field that is not there is a RangeError. */
export interface FieldReader {
  byte(): number;
  uint32(): number;
  string(): Buffer;
}

export function readFields(packet: Buffer): FieldReader {
  let at = 0;
  const step = (bytes: number): number => {
    if (at + bytes > packet.length) throw new RangeError('a packet is too short');
    at += bytes;
    return at - bytes;
  };
  const number = (): number => packet.readUInt32BE(step(4));
  return {
    byte: () => packet[step(1)]!,
    uint32: number,
    string() {
      const length = number();
      const start = step(length);
      return packet.subarray(start, start + length);
    },
  };
}

/**
 * Cuts a stream of bytes into packets, without their length. The function it returns takes the next chunk.
 * @throws RangeError for a length no master sends
 */
export function splitPackets(onPacket: (packet: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE(0);
      if (length > maxPacket) throw new RangeError('a packet is too long');
      if (bytes.length < 4 + length) break;
      const packet = bytes.subarray(4, 4 + length);
      bytes = bytes.subarray(4 + length);
      onPacket(packet);
    }
    rest = bytes;
  };
}
