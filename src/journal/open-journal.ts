import { existsSync } from 'node:fs';
import { JournalError, storageError } from './journal-error.ts';
import { prepareFolder, runsFolder } from './journal-folder.ts';
import type { OutputLimits, RunOutput } from './output-record.ts';
import { readOutput, recordOutput } from './output-record.ts';
import { identifyProcess } from './process-identity.ts';
import type { Retention } from './prune.ts';
import { pruneRuns } from './prune.ts';
import { outputSuffix, readJournalFile, runIds, runSuffix } from './read-file.ts';
import type { RunRecorder, SyncPolicy } from './recorder.ts';
import { startRecording } from './recorder.ts';
import type { HeaderRecord, RunHeader } from './records.ts';
import { schemaVersion } from './records.ts';
import type { Redactor } from './redact.ts';
import { createRedactor } from './redact.ts';
import type { AppendFile } from './append-file.ts';
import { createAppendFile, reopenAppendFile } from './append-file.ts';
import { encodedSize, scanLines } from './line-format.ts';
import type { RollingReplay } from './replay-rolling.ts';
import { requireResumable } from './resumable.ts';
import { type RollingRecorder, resumeRollingRecording, startRollingRecording } from './rolling-recorder.ts';
import { runIdAt, ticksAt } from './run-id.ts';
import type { RunRecord, RunSummary, RunVerification } from './run-view.ts';
import { showRun, summarizeRun, verifyRun } from './run-view.ts';

/** Every run of this user on this machine. */
export interface RunJournal {
  /** Creates the run's file and writes its header. Throws a JournalError naming the folder and the remedy. */
  startRun(header: RunHeader, options?: StartOptions): Promise<RunRecorder>;
  /** As startRun, for a run in which nothing may happen twice: every record is on disk before its effect goes on. */
  startRolling(header: RunHeader): Promise<RollingRecorder>;
  /**
   * Goes on in the file of a rolling run that is not finished. Throws a JournalError: unknown, damaged, finished,
   * not a rolling run, or in progress.
   */
  resumeRolling(
    id: string,
    by: Pick<RunHeader, 'musterVersion' | 'operator'>,
  ): Promise<{
    readonly recorder: RollingRecorder;
    readonly run: RunRecord & { readonly rolling: RollingReplay };
  }>;
  /** Newest first. Torn and damaged files are in it, with their `problem`. */
  list(options?: ListOptions): Promise<RunSummary[]>;
  /** `id`: a run id, the unique beginning of one, or `last`. Throws a JournalError: unknown, ambiguous, damaged. */
  show(id: string): Promise<RunRecord>;
  /** The newest run, undefined when none was ever recorded. Throws a JournalError when it is damaged. */
  last(): Promise<RunRecord | undefined>;
  /** Checks every line of one run. Throws only when there is no such run or no access. */
  verify(id: string): Promise<RunVerification>;
  /** What the nodes of a run wrote, when that was recorded. Throws a JournalError when it was not, or is damaged. */
  output(id: string): Promise<RunOutput>;
  /** Deletes old runs; returns their ids. */
  prune(retention?: Retention): Promise<string[]>;
}

export interface ListOptions {
  /** At most so many, the newest. */
  readonly limit?: number;
}

export interface StartOptions {
  /** Keep the nodes' output too. */
  readonly recordOutput?: OutputLimits;
}

export interface JournalOptions {
  /** `${XDG_STATE_HOME:-~/.local/state}/muster`; made when the first run is recorded. */
  readonly folder: string;
  /** This machine's name. */
  readonly host: string;
  /** Default: `intents`. */
  readonly fsync?: SyncPolicy;
  /** Default: one without registered secrets. */
  readonly redactor?: Redactor;
  /** Called at most once a run, when a record after the header could not be written. */
  readonly onProblem: (problem: JournalError) => void;
  /** Wall clock in milliseconds; default: Date.now. */
  readonly now?: () => number;
}

/** Touches no file until it is asked for something. */
export function openJournal(options: JournalOptions): RunJournal {
  const { fsync: policy = 'intents', redactor = createRedactor(), now = Date.now } = options;
  const place = { folder: runsFolder(options.folder), host: options.host };
  let lastTicks = 0;

  /** A free name, later than any this process has used. */
  const createRunFile = (folder: string): { id: string; file: AppendFile } => {
    for (;;) {
      lastTicks = Math.max(ticksAt(now()), lastTicks + 1);
      const id = runIdAt(lastTicks);
      try {
        return { id, file: createAppendFile(folder, `${id}${runSuffix}`) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
          throw storageError('record runs in', folder, error);
        }
      }
    }
  };

  return {
    async startRun(header, { recordOutput: limits } = {}) {
      const folder = prepareFolder(options.folder);
      const { id, file } = createRunFile(folder);
      const path = `${folder}/${id}${runSuffix}`;
      let output: AppendFile | undefined;
      try {
        if (limits !== undefined) output = createAppendFile(folder, `${id}${outputSuffix}`);
        const record = await headerRecord(id, header, { redactor, now: now(), host: options.host });
        return startRecording(record, {
          file,
          path,
          policy,
          redactor,
          now,
          onProblem: options.onProblem,
          ...(output === undefined ? {} : { output: recordOutput(output, redactor, limits) }),
        });
      } catch (error) {
        file.discard();
        output?.discard();
        throw storageError('record runs in', folder, error);
      }
    },
    async startRolling(header) {
      const folder = prepareFolder(options.folder);
      const { id, file } = createRunFile(folder);
      try {
        const record = await headerRecord(
          id,
          { ...header, kind: 'rolling' },
          { redactor, now: now(), host: options.host },
        );
        const path = `${folder}/${id}${runSuffix}`;
        return await startRollingRecording(record, { file, path, redactor, now });
      } catch (error) {
        file.discard();
        throw error instanceof JournalError ? error : storageError('record runs in', folder, error);
      }
    },
    async resumeRolling(id, by) {
      const folder = prepareFolder(options.folder);
      const found = findRun(folder, id);
      const run = requireResumable(showRun({ folder, host: options.host }, found));
      const lines = scanLines(readJournalFile(`${folder}/${found}${runSuffix}`));
      const size = lines.torn?.offset ?? lines.bodies.reduce((sum, body) => sum + encodedSize(body), 0);
      const path = `${folder}/${found}${runSuffix}`;
      try {
        const file = reopenAppendFile(folder, `${found}${runSuffix}`, size);
        const recorder = await resumeRollingRecording(
          found,
          {
            type: 'resumed',
            at: new Date(now()).toISOString(),
            ...by,
            host: options.host,
            process: identifyProcess(process.pid),
            ...(lines.torn === undefined ? {} : { torn: lines.torn.what }),
          },
          { file, path, redactor, now, records: lines.bodies.length, startedAt: run.startedAt },
        );
        return { recorder, run };
      } catch (error) {
        throw error instanceof JournalError ? error : storageError('go on in', path, error);
      }
    },
    async list({ limit = Infinity } = {}) {
      return runIds(place.folder)
        .slice(0, limit)
        .map((id) => summarizeRun(place, id));
    },
    async show(id) {
      return showRun(place, findRun(place.folder, id));
    },
    async last() {
      const [newest] = runIds(place.folder);
      return newest === undefined ? undefined : showRun(place, newest);
    },
    async verify(id) {
      return verifyRun(place, findRun(place.folder, id));
    },
    async output(id) {
      const run = findRun(place.folder, id);
      const path = `${place.folder}/${run}${outputSuffix}`;
      if (!existsSync(path)) {
        throw new JournalError(`output of run ${run} was not recorded`, {
          code: 'NO_OUTPUT_RECORDED',
          hint: 'Run with --record-output to keep it.',
        });
      }
      return readOutput(readJournalFile(path), path);
    },
    async prune(retention) {
      return pruneRuns(place, now(), retention);
    },
  };
}

async function headerRecord(
  id: string,
  header: RunHeader,
  { redactor, now, host }: { redactor: Redactor; now: number; host: string },
): Promise<HeaderRecord> {
  // Loads OpenSSL: 5 ms that reading the journal does not need.
  const { hash } = await import('node:crypto');
  const settings = Object.entries(header.settings ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? redactor.text(value) : value,
  ]);
  return {
    type: 'run',
    schema: schemaVersion,
    id,
    kind: header.kind ?? 'ad-hoc',
    at: new Date(now).toISOString(),
    musterVersion: header.musterVersion,
    operator: header.operator,
    host,
    cwd: header.cwd,
    argv: redactor.words(header.argv),
    nodeSet: { ...header.nodeSet, written: redactor.text(header.nodeSet.written) },
    command: redactor.text(header.command),
    commandSha256: hash('sha256', header.command),
    settings: Object.fromEntries(settings) as HeaderRecord['settings'],
    process: identifyProcess(process.pid),
  };
}

function findRun(folder: string, text: string): string {
  return findRunId(runIds(folder), text);
}

/** The one run whose id begins with `text`, or `last`. Throws a JournalError. @param ids newest first */
export function findRunId(ids: readonly string[], text: string): string {
  const hint = 'Run `muster runs list` to see them.';
  if (text === 'last') {
    if (ids[0] !== undefined) return ids[0];
    throw new JournalError('no run is recorded yet', { code: 'UNKNOWN_RUN' });
  }
  const found = text === '' ? [] : ids.filter((id) => id.startsWith(text));
  if (found.length > 1) {
    const some = found.slice(0, 3).join(', ');
    const more = found.length > 3 ? `, … (${found.length} runs)` : '';
    throw new JournalError(`run "${text}" is ambiguous: ${some}${more}`, { code: 'UNKNOWN_RUN', hint });
  }
  if (found[0] === undefined) throw new JournalError(`no run "${text}"`, { code: 'UNKNOWN_RUN', hint });
  return found[0];
}
