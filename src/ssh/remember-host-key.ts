import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { keyType } from './known-hosts-file.ts';

/**
 * Appends a key to a known_hosts file as ssh does: one whole line in one write, after whatever others appended meanwhile.
 * @throws the system's error when the file cannot be written
 */
export function appendKnownHost(file: string, name: string, key: Buffer, hashed: boolean): void {
  const line = `${hashed ? hashName(name) : name} ${keyType(key)} ${key.toString('base64')}\n`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fd = openSync(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    const bytes = Buffer.from(endsOpen(fd) ? `\n${line}` : line, 'latin1');
    if (writeSync(fd, bytes) !== bytes.length) throw new Error(`${file}: no space left`);
  } finally {
    closeSync(fd);
  }
}

/** Gives the last line of a file its end; ssh 9.2 glues what it adds to a line without one. A file that cannot be written stays as it is. */
export function endLastLine(file: string): void {
  try {
    const fd = openSync(file, constants.O_RDWR | constants.O_APPEND);
    try {
      if (fstatSync(fd).isFile() && endsOpen(fd)) writeSync(fd, '\n');
    } finally {
      closeSync(fd);
    }
  } catch {
    // absent or read-only: ssh says what it cannot do
  }
}

function hashName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** The last line has no line end: a new one must not be glued to it. */
function endsOpen(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}
