import type { RunJournal } from '../journal/open-journal.ts';
import { type Mirror, type MirrorOptions, startMirror } from './mirror.ts';

export interface MirroredOptions extends Omit<MirrorOptions, 'id'> {
  /** How long the end of a run may wait for the store; default: 2000. */
  readonly limitMs?: number;
}

/** The same journal, whose runs also go to the team store. The file stays the truth; the store may be away. */
export function mirroredJournal(journal: RunJournal, options: MirroredOptions): RunJournal {
  const { limitMs = 2000, ...address } = options;
  const begin = (id: string): Mirror => {
    const mirror = startMirror({ ...address, id });
    mirror.nudge();
    return mirror;
  };
  return {
    ...journal,
    async startRun(header, more) {
      const recorder = await journal.startRun(header, more);
      const mirror = begin(recorder.id);
      return {
        ...recorder,
        async started(node) {
          await recorder.started(node);
          mirror.nudge();
        },
        async ended(report) {
          await recorder.ended(report);
          mirror.nudge();
        },
        async finish(end) {
          await recorder.finish(end);
          await mirror.finish(limitMs);
        },
      };
    },
    async startRolling(header) {
      const recorder = await journal.startRolling(header);
      return mirroredRolling(recorder, begin(recorder.id), limitMs);
    },
    async resumeRolling(id, by) {
      const { recorder, run } = await journal.resumeRolling(id, by);
      return { recorder: mirroredRolling(recorder, begin(recorder.id), limitMs), run };
    },
  };
}

type Rolling = Awaited<ReturnType<RunJournal['startRolling']>>;

function mirroredRolling(recorder: Rolling, mirror: Mirror, limitMs: number): Rolling {
  return {
    ...recorder,
    async append(record) {
      await recorder.append(record);
      mirror.nudge();
    },
    async finish(end) {
      await recorder.finish(end);
      await mirror.finish(limitMs);
    },
    async close() {
      await recorder.close();
      await mirror.finish(limitMs);
    },
  };
}
