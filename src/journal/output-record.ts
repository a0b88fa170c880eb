import { crc32 } from './checksum.ts';
import type { OutputStream } from '../fanout/executor.ts';
import { JournalError } from './journal-error.ts';
import { checkLine, encodeLine } from './line-format.ts';
import type { Redactor } from './redact.ts';
import type { AppendFile } from './append-file.ts';

/** How much output is kept; what comes after is counted and dropped. Bytes. */
export interface OutputLimits {
  /** Default: 1 MiB. Also the memory a node in progress may take. */
  readonly perNode?: number;
  /** Default: 64 MiB. */
  readonly perRun?: number;
}

/** What one node wrote, as far as it was kept; registered secrets are masked. */
export interface NodeOutput {
  readonly node: string;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Bytes that were not kept. */
  readonly droppedBytes: number;
}

/** Collects output node by node and writes each node's in one piece when it ends. */
export interface OutputRecorder {
  /** Copies what it keeps. */
  add(node: string, stream: OutputStream, chunk: Buffer): void;
  /** Throws the file system's error; then nothing more is recorded. */
  ended(node: string): void;
  close(): void;
}

interface Collected {
  readonly stdout: Buffer[];
  readonly stderr: Buffer[];
  kept: number;
  dropped: number;
}

interface SectionHead {
  readonly node: string;
  readonly stdout: number;
  readonly stderr: number;
  readonly droppedBytes: number;
  /** crc32 of the bytes that follow. */
  readonly crc: number;
}

const mebibyte = 1_048_576;

/**
 * Writes `file`: for each node a journal line `{node, stdout, stderr, droppedBytes, crc}` (sizes in bytes), then its
 * stdout, its stderr and a newline.
 */
export function recordOutput(
  file: AppendFile,
  redactor: Redactor,
  limits: OutputLimits = {},
): OutputRecorder {
  const { perNode = mebibyte, perRun = 64 * mebibyte } = limits;
  const nodes = new Map<string, Collected>();
  let left = perRun;
  return {
    add(node, stream, chunk) {
      let collected = nodes.get(node);
      if (collected === undefined) {
        collected = { stdout: [], stderr: [], kept: 0, dropped: 0 };
        nodes.set(node, collected);
      }
      const room = Math.min(perNode - collected.kept, left, chunk.length);
      if (room > 0) collected[stream].push(Buffer.from(chunk.subarray(0, room)));
      collected.kept += room;
      collected.dropped += chunk.length - room;
      left -= room;
    },
    ended(node) {
      const collected = nodes.get(node);
      if (collected === undefined) return;
      nodes.delete(node);
      const isCut = collected.dropped > 0;
      const stdout = redactor.bytes(Buffer.concat(collected.stdout), isCut);
      const stderr = redactor.bytes(Buffer.concat(collected.stderr), isCut);
      const head: SectionHead = {
        node,
        stdout: stdout.length,
        stderr: stderr.length,
        droppedBytes: collected.dropped,
        crc: crc32(stderr, crc32(stdout)),
      };
      try {
        file.append(Buffer.concat([encodeLine(JSON.stringify(head)), stdout, stderr, Buffer.from('\n')]));
      } catch (error) {
        left = 0;
        nodes.clear();
        throw error;
      }
    },
    close: () => file.close(),
  };
}

/** The recorded output of one run. */
export interface RunOutput {
  /** In the order they ended. */
  readonly nodes: readonly NodeOutput[];
  /** The last node's output was not written completely: muster died, or the disk was full. */
  readonly problem?: string;
}

/** Reads what recordOutput wrote. Throws a JournalError where `path` is damaged before its end. */
export function readOutput(bytes: Buffer, path: string): RunOutput {
  const nodes: NodeOutput[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const lineEnd = bytes.indexOf(0x0a, offset);
    if (lineEnd === -1) return { nodes, problem: cutOff };
    const line = checkLine(bytes.subarray(offset, lineEnd));
    if ('what' in line) throw damaged(path, offset, line.what);
    const head = JSON.parse(line.body.toString()) as SectionHead;
    const stdoutEnd = lineEnd + 1 + head.stdout;
    const end = stdoutEnd + head.stderr;
    if (end >= bytes.length) return { nodes, problem: `${cutOff} (${head.node})` };
    if (crc32(bytes.subarray(lineEnd + 1, end)) !== head.crc || bytes[end] !== 0x0a) {
      throw damaged(path, offset, `output of ${head.node} is not what was written`);
    }
    nodes.push({
      node: head.node,
      stdout: bytes.subarray(lineEnd + 1, stdoutEnd),
      stderr: bytes.subarray(stdoutEnd, end),
      droppedBytes: head.droppedBytes,
    });
    offset = end + 1;
  }
  return { nodes };
}

const cutOff = 'the last output is cut off';

function damaged(path: string, offset: number, what: string): JournalError {
  return new JournalError(`recorded output cannot be read: ${path}, byte ${offset}: ${what}`, {
    code: 'JOURNAL_DAMAGED',
    hint: 'The output before that place can be read with less.',
  });
}
