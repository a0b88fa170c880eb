import { crc32 } from './checksum.ts';

/**
 * The journal's line: `LENGTH CRC JSON\n`. LENGTH is the JSON's size in bytes, decimal; CRC its crc32 (zlib's,
 * ISO 3309), eight lower-case hex digits. JSON never holds a raw newline, so the file stays readable with `less`.
 */
export function encodeLine(json: string): Buffer {
  const crc = crc32(json).toString(16).padStart(8, '0');
  return Buffer.from(`${Buffer.byteLength(json)} ${crc} ${json}\n`);
}

/** Bytes the line of this JSON takes in the file. */
export function encodedSize(body: Buffer): number {
  return `${body.length}`.length + 1 + 8 + 1 + body.length + 1;
}

/** Where a file stops being what was written. `line` counts from 1, `offset` is in bytes. */
export interface LineFault {
  readonly line: number;
  readonly offset: number;
  readonly what: string;
}

/** What a file's bytes hold. */
export interface ScannedLines {
  /** The JSON of whole and checked lines, in order, up to the first fault. */
  readonly bodies: readonly Buffer[];
  /** The last line was not written completely: what a crash or a full disk leaves. Everything before it is sound. */
  readonly torn?: LineFault;
  /** A line before the last is damaged: nothing after it can be trusted. */
  readonly damage?: LineFault;
}

/** Checks lines until the first fault, and says whether that is a torn tail or damage inside. Never throws. */
export function scanLines(bytes: Buffer): ScannedLines {
  const bodies: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = bytes.indexOf(0x0a, offset);
    const line = bytes.subarray(offset, end === -1 ? bytes.length : end);
    const checked = end === -1 ? unterminated(line) : checkLine(line);
    if ('what' in checked) {
      const fault = { line: bodies.length + 1, offset, what: checked.what };
      const isLast = (end === -1 || end === bytes.length - 1) && !resumesAfterZeros(line);
      return { bodies, ...(isLast ? { torn: fault } : { damage: fault }) };
    }
    bodies.push(checked.body);
    offset = end + 1;
  }
  return { bodies };
}

const prefix = /^(0|[1-9]\d{0,9}) ([0-9a-f]{8}) $/;
const longestPrefix = 20;

/** The JSON of one line without its newline, or what is wrong with it. */
export function checkLine(line: Buffer): { body: Buffer } | { what: string } {
  const first = line.indexOf(0x20);
  const second = first === -1 ? -1 : line.indexOf(0x20, first + 1);
  if (second === -1 || second >= longestPrefix) return { what: notALine(line) };
  const match = prefix.exec(line.toString('latin1', 0, second + 1));
  if (match === null) return { what: notALine(line) };
  const body = line.subarray(second + 1);
  if (body.length !== Number(match[1])) return { what: `${body.length} bytes instead of ${match[1]}` };
  if (crc32(body) !== Number.parseInt(match[2]!, 16)) return { what: 'checksum does not match' };
  return { body };
}

function unterminated(line: Buffer): { what: string } {
  // File systems that lose power may leave a file at its new size, filled with zeros.
  const zeros = line.every((byte) => byte === 0);
  return { what: zeros ? `${line.length} NUL bytes` : `cut off after ${line.length} bytes` };
}

/** Written after zeros: somebody went on in a file whose end was already lost. */
function resumesAfterZeros(line: Buffer): boolean {
  const zero = line.indexOf(0);
  return zero !== -1 && line.subarray(zero).some((byte) => byte !== 0);
}

function notALine(line: Buffer): string {
  return line.includes(0) ? 'NUL bytes' : 'not a journal line';
}
