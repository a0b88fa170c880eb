/** A string of SSH's wire form (RFC 4251, 5): its length, then its bytes. */
export function sshString(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The string at a place. @throws RangeError when it is not whole */
export function readString(from: Buffer, at: number): Buffer {
  const length = from.readUInt32BE(at);
  if (at + 4 + length > from.length) throw new RangeError('a string is cut short');
  return from.subarray(at + 4, at + 4 + length);
}
