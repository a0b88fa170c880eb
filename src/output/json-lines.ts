import { isUtf8 } from 'node:buffer';
import type { OutputStream } from '../fanout/executor.ts';
import type { JsonBytes } from './json-bytes.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { Screen } from './screen.ts';

/**
 * --json-lines: one event a line, as things happen: `begin`, `started`, `output`, `ended`, `interrupted`, `end`.
 * An output event carries bytes as they came, but never a part of a UTF-8 character unless the node sent only that.
 */
export function createJsonLines(screen: Screen): PresenterPart {
  const unfinished = new Map<string, Buffer>();

  const tell = (event: object): void | Promise<void> => screen.stdout.write(`${JSON.stringify(event)}\n`);

  const tellOutput = (node: string, stream: OutputStream, bytes: Buffer): void | Promise<void> =>
    bytes.length === 0 ? undefined : tell({ event: 'output', node, stream, data: jsonOfBytes(bytes) });

  return {
    begin: (nodes) => tell({ event: 'begin', version: 1, nodes }),
    started: (node) => tell({ event: 'started', node }),
    output(node, stream, chunk) {
      const key = `${stream} ${node}`;
      const before = unfinished.get(key);
      const bytes = before === undefined ? chunk : Buffer.concat([before, chunk]);
      const whole = bytes.length - unfinishedBytes(bytes);
      if (whole === bytes.length) {
        unfinished.delete(key);
      } else {
        unfinished.set(key, Buffer.from(bytes.subarray(whole)));
      }
      return tellOutput(node, stream, bytes.subarray(0, whole));
    },
    async ended({ node, outcome, startedAt, durationMs, bytes }) {
      for (const stream of ['stdout', 'stderr'] as const) {
        await tellOutput(node, stream, unfinished.get(`${stream} ${node}`) ?? Buffer.alloc(0));
        unfinished.delete(`${stream} ${node}`);
      }
      await tell({ event: 'ended', node, outcome, startedAt, durationMs: Math.round(durationMs), bytes });
    },
    interrupted() {
      void tell({ event: 'interrupted' });
    },
    async end() {
      await tell({ event: 'end' });
    },
  };
}

function jsonOfBytes(bytes: Buffer): JsonBytes {
  return isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') };
}

/** How many bytes at the end begin a UTF-8 character that is not complete yet: 0 to 3. */
function unfinishedBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) !== 0x80) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      return needed > back ? back : 0;
    }
  }
  return 0;
}
