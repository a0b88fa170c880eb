import type { AppendFile } from './append-file.ts';
import { storageError } from './journal-error.ts';
import { encodeLine } from './line-format.ts';
import type { FinishedRecord, HeaderRecord, RunCounts, RunEnd, RunFileRecord } from './records.ts';
import type { Redactor } from './redact.ts';
import type { ResumedRecord, RollingRecord } from './rolling-records.ts';

/** Writes the records of a run in which nothing may happen twice. */
export interface RollingRecorder {
  readonly id: string;
  /**
   * On disk when it resolves. Rejects with a JournalError when it could not be written: then the effect it announces
   * must not happen. Once a record could not be forced to disk none is accepted any more.
   */
  append(record: RollingRecord): Promise<void>;
  /** The last record; then the file is closed. */
  finish(end: RunEnd & { readonly counts: RunCounts }): Promise<void>;
  /** Closes the file of a run that is to be resumed. */
  close(): void | Promise<void>;
}

interface RecordingOptions {
  readonly file: AppendFile;
  readonly path: string;
  readonly redactor: Redactor;
  readonly now: () => number;
}

export async function startRollingRecording(
  header: HeaderRecord,
  options: RecordingOptions,
): Promise<RollingRecorder> {
  const writer = openWriter(options, 0);
  await writer.append(header);
  await options.file.syncFolder();
  return recorder(header.id, options, writer, performance.now());
}

export async function resumeRollingRecording(
  id: string,
  resumed: ResumedRecord,
  options: RecordingOptions & { readonly records: number; readonly startedAt: Date },
): Promise<RollingRecorder> {
  const writer = openWriter(options, options.records);
  await writer.append(resumed);
  return recorder(id, options, writer, performance.now() - (options.now() - options.startedAt.getTime()));
}

function recorder(
  id: string,
  { file, redactor, now }: RecordingOptions,
  writer: Writer,
  begun: number,
): RollingRecorder {
  return {
    id,
    append: (record) => writer.append(redactRecord(record, redactor)),
    async finish(end) {
      const record: FinishedRecord = {
        type: 'finished',
        at: new Date(now()).toISOString(),
        ...end,
        durationMs: Math.round(performance.now() - begun),
      };
      await writer.append(record);
      file.close();
    },
    close: () => file.close(),
  };
}

interface Writer {
  append(record: RunFileRecord): Promise<void>;
}

function openWriter({ file, path }: RecordingOptions, records: number): Writer {
  let n = records;
  let failed: Error | undefined;
  return {
    async append(record) {
      if (failed !== undefined) throw failed;
      try {
        file.append(encodeLine(JSON.stringify({ n: n + 1, ...record })));
        n += 1;
        await file.sync();
      } catch (error) {
        const problem = storageError('write the journal', path, error);
        // After a failed sync nothing tells what is on disk; after a failed write the file is as before.
        if ((error as NodeJS.ErrnoException).syscall !== 'write') failed = problem;
        throw problem;
      }
    },
  };
}

function redactRecord(record: RollingRecord, redactor: Redactor): RollingRecord {
  if (record.type === 'intent') return { ...record, title: redactor.text(record.title) };
  if (record.type !== 'result' && record.type !== 'stage') return record;
  const { message } = record;
  const redacted = { ...record, ...(message === undefined ? {} : { message: redactor.text(message) }) };
  if (redacted.type !== 'result' || redacted.output === undefined) return redacted;
  return { ...redacted, output: redactor.text(redacted.output) };
}
