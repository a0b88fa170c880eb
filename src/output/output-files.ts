import { closeSync, constants, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import type { OutputStream } from '../fanout/executor.ts';
import { UserError } from '../errors.ts';
import { makeVisibleLine } from './printable.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { Screen } from './screen.ts';

export interface OutputFilesOptions {
  readonly folder: string;
  readonly stream: OutputStream;
  readonly programName: string;
}

/**
 * --outdir, --errdir: each node's bytes, untouched, in a file named after it (fileNameOf), emptied at the start and made
 * for silent nodes too. A file that cannot be written is told once and costs nothing else.
 */
export function createOutputFiles(screen: Screen, options: OutputFilesOptions): PresenterPart {
  /** Open files; undefined after a failure. */
  const files = new Map<string, number | undefined>();

  const give = (node: string, path: string, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    files.set(node, undefined);
    const text = `${options.programName}: ${node}: cannot write ${path}: ${reason}`;
    void screen.stderr.write(`${makeVisibleLine(text)}\n`);
  };

  const open = (node: string): void => {
    if (files.has(node)) {
      return;
    }
    const path = join(options.folder, fileNameOf(node));
    try {
      files.set(node, openPlainFile(path));
    } catch (error) {
      give(node, path, error);
    }
  };

  return {
    begin() {
      try {
        mkdirSync(options.folder, { recursive: true });
      } catch (error) {
        throw new UserError(`cannot make the folder ${options.folder}: ${(error as Error).message}`, {
          code: 'OUTPUT_FOLDER',
          hint: 'Give a folder that can be written to.',
          cause: error,
        });
      }
    },
    started: open,
    output(node, stream, chunk) {
      if (stream !== options.stream) {
        return;
      }
      open(node);
      const file = files.get(node);
      if (file === undefined) {
        return;
      }
      try {
        for (let done = 0; done < chunk.length;) {
          done += writeSync(file, chunk, done);
        }
      } catch (error) {
        closeSync(file);
        give(node, join(options.folder, fileNameOf(node)), error);
      }
    },
    ended({ node }) {
      open(node);
      const file = files.get(node);
      if (file !== undefined) {
        closeSync(file);
        files.set(node, undefined);
      }
    },
  };
}

/**
 * A file name that stays in its folder whatever the node is called: `/`, control characters, `%` and a leading dot
 * are written as `%2F`; names too long for a file system end in a digest.
 */
export function fileNameOf(node: string): string {
  const escaped = node.replaceAll(/[/%\x00-\x1f\x7f]/g, percentEncoded).replace(/^\./, percentEncoded);
  if (Buffer.byteLength(escaped) <= 255) {
    return escaped === '' ? '%' : escaped;
  }
  const digest = createHash('sha256').update(node).digest('hex');
  return `${Buffer.from(escaped)
    .subarray(0, 180)
    .toString('utf8')
    .replace(/\ufffd$/, '')}%${digest}`;
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Opens for writing what is, or becomes, a regular file: never through a link, never waiting for a pipe's reader. */
function openPlainFile(path: string): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o666);
  if (!fstatSync(file).isFile()) {
    closeSync(file);
    throw new Error('not a regular file');
  }
  return file;
}
