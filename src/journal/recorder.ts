import type { OutputStream } from '../fanout/executor.ts';
import type { FanoutObserver, NodeReport } from '../fanout/observer.ts';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { succeeded } from '../fanout/outcome.ts';
import type { JournalError } from './journal-error.ts';
import { storageError } from './journal-error.ts';
import { encodeLine } from './line-format.ts';
import type { OutputRecorder } from './output-record.ts';
import type { Redactor } from './redact.ts';
import type {
  EndedRecord,
  HeaderRecord,
  RunCounts,
  RunEnd,
  RunFileRecord,
  StartedRecord,
} from './records.ts';
import type { AppendFile } from './append-file.ts';

/**
 * When records are forced to disk.
 * `each`: every record, before `started` and `ended` resolve. For effects that must never happen twice.
 * `intents`: the header before the first node's `started` resolves, and the end. Records of single nodes survive the
 *   death of muster, the last ones may not survive that of the machine. For ad-hoc runs.
 * `never`: left to the kernel.
 */
export type SyncPolicy = 'each' | 'intents' | 'never';

/** Writes one run's records as the fan-out reports them. */
export interface RunRecorder extends FanoutObserver {
  readonly id: string;
  started(node: string): void | Promise<void>;
  ended(report: NodeReport): void | Promise<void>;
  /** Present only when output is recorded. */
  output?(node: string, stream: OutputStream, chunk: Buffer): void;
  /** The last record; then the file is closed. Call once. Never rejects: see `onProblem`. */
  finish(end: RunEnd): Promise<void>;
}

export interface RecorderOptions {
  readonly file: AppendFile;
  readonly path: string;
  readonly policy: SyncPolicy;
  readonly output?: OutputRecorder;
  readonly redactor: Redactor;
  readonly now: () => number;
  /** Called at most once a run, when a record could not be written or forced to disk. */
  readonly onProblem: (problem: JournalError) => void;
}

/**
 * Writes the header, throws the file system's error when that fails.
 *
 * Afterwards a failing write stops nothing under `intents` and `never`: records wait in memory, in order, and are tried
 * again with the next one, so a disk that gets space again loses nothing. Under `each`, `started` and `ended` reject
 * with a JournalError, and the intent that could not be written is dropped: its effect must not happen.
 */
export function startRecording(header: HeaderRecord, options: RecorderOptions): RunRecorder {
  const { file, policy, redactor, now, output } = options;
  const begun = performance.now();
  const waiting: Buffer[] = [];
  const tally = startTally();
  let n = 0;
  let reported = false;
  let syncFailure: JournalError | undefined;

  const report = (cause: unknown): JournalError => {
    const problem = storageError('write the journal', options.path, cause);
    if (!reported) options.onProblem(problem);
    reported = true;
    return problem;
  };

  const encode = (record: RunFileRecord): Buffer => {
    n += 1;
    return encodeLine(JSON.stringify({ n, ...record }));
  };

  /** Appends the record after those that wait; when that fails it waits too, and the reason comes back. */
  const append = (record: RunFileRecord): JournalError | undefined => {
    waiting.push(encode(record));
    let written = 0;
    try {
      for (; written < waiting.length; written += 1) file.append(waiting[written]!);
    } catch (error) {
      return report(error);
    } finally {
      waiting.splice(0, written);
    }
    return undefined;
  };

  /** Once a sync has failed none is trusted: Linux may have dropped the pages and report success the next time. */
  const sync = async (also?: Promise<void>): Promise<void> => {
    try {
      await Promise.all([file.sync(), also]);
    } catch (error) {
      syncFailure ??= report(error);
    }
    if (syncFailure !== undefined) throw syncFailure;
  };

  const appendAndSync = async (record: RunFileRecord): Promise<void> => {
    const failure = append(record);
    if (failure !== undefined && record.type === 'started') {
      waiting.pop();
      n -= 1;
    }
    if (failure !== undefined) throw failure;
    await sync();
  };

  file.append(encode(header));
  // Overlaps with whatever the caller does before the first node's turn comes.
  let headerSync =
    policy === 'never'
      ? undefined
      : sync(file.syncFolder())
          .catch(ignoreReported)
          .finally(() => {
            headerSync = undefined;
          });

  return {
    id: header.id,
    started(node) {
      const record: StartedRecord = { type: 'started', node, at: new Date(now()).toISOString() };
      if (policy === 'each') return appendAndSync(record);
      append(record);
      return headerSync;
    },
    ...(output === undefined ? {} : { output: (node, stream, chunk) => output.add(node, stream, chunk) }),
    ended({ node, outcome, durationMs, bytes }) {
      tally.add(outcome);
      try {
        output?.ended(node);
      } catch (error) {
        report(error);
      }
      const record: EndedRecord = {
        type: 'ended',
        node,
        outcome: redactOutcome(outcome, redactor),
        durationMs: Math.round(durationMs * 10) / 10,
        bytes,
      };
      if (policy === 'each') return appendAndSync(record);
      append(record);
      return undefined;
    },
    async finish(end) {
      await headerSync;
      const failure = append({
        type: 'finished',
        at: new Date(now()).toISOString(),
        ...end,
        durationMs: Math.round(performance.now() - begun),
        counts: tally.counts(),
      });
      if (failure === undefined && policy !== 'never') await sync().catch(ignoreReported);
      try {
        output?.close();
        file.close();
      } catch (error) {
        // NFS says only now that there was no space.
        report(error);
      }
    },
  };
}

/** The problem went to `onProblem`, and there is nothing left to stop. */
function ignoreReported(): void {}

function startTally(): { add(outcome: NodeOutcome): void; counts(): RunCounts } {
  const failedByKind: Partial<Record<NodeOutcome['kind'], number>> = {};
  let ok = 0;
  let failed = 0;
  return {
    add(outcome) {
      if (succeeded(outcome)) {
        ok += 1;
        return;
      }
      failed += 1;
      failedByKind[outcome.kind] = (failedByKind[outcome.kind] ?? 0) + 1;
    },
    counts: () => ({ succeeded: ok, failed, failedByKind }),
  };
}

/** Servers' own words come along in outcomes, and may repeat what they were sent. */
function redactOutcome(outcome: NodeOutcome, redactor: Redactor): NodeOutcome {
  switch (outcome.kind) {
    case 'refused':
    case 'unknown':
      return { ...outcome, message: redactor.text(outcome.message) };
    case 'not-started':
      return {
        ...outcome,
        message: redactor.text(outcome.message),
        ...(outcome.serverSaid === undefined ? {} : { serverSaid: redactor.text(outcome.serverSaid) }),
      };
    default:
      return outcome;
  }
}
