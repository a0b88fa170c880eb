import { fstatSync, readSync } from 'node:fs';
import { UserError } from '../errors.ts';

const chunkBytes = 1024 * 1024;
const retryMs = 5;

/**
 * Standard input, all of it, piece by piece; a piece is only valid until the next one is asked for.
 * Reading is synchronous: a command that reads its input has nothing else to do meanwhile, and a stream costs start-up time.
 */
export function* readStandardInput(): Generator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (;;) {
    const count = readSome(buffer);
    if (count === 0) return;
    yield buffer.subarray(0, count);
  }
}

/** Standard input is a terminal: whoever sits there should know that something waits for them. */
export async function standardInputIsTerminal(): Promise<boolean> {
  // Loading tty costs more than everything a small command does: only when it can be one.
  if (!fstatSync(0).isCharacterDevice()) return false;
  const { isatty } = await import('node:tty');
  return isatty(0);
}

function readSome(buffer: Buffer): number {
  for (;;) {
    try {
      return readSync(0, buffer);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') {
        throw new UserError(`standard input cannot be read (${String(code)})`, { cause: error });
      }
      // Someone made the shared descriptor non-blocking: nothing tells when there is more.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
    }
  }
}
