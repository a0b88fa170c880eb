import type { RollingObserver } from '../rolling/observer.ts';
import { placeName } from './place-name.ts';

interface ActiveNode {
  readonly lane: string;
  readonly node: string;
  step: string;
  note: string;
  since: number;
}

/** What goes on now, for the live view. */
export interface RollingState {
  readonly observer: RollingObserver;
  readonly total: number;
  done: number;
  failed: number;
  stopping: string | undefined;
  readonly active: Map<string, ActiveNode>;
}

export function createRollingState(total: number, done: number): RollingState {
  const active = new Map<string, ActiveNode>();
  /** Of an abort, which takes steps back and has no stages. */
  const undoings = new Set<string>();
  const undoing = (lane: string, node: string): ActiveNode => {
    const row = { lane, node, step: '', note: '', since: performance.now() };
    active.set(lane, row);
    undoings.add(lane);
    return row;
  };
  const state: RollingState = {
    total,
    done,
    failed: 0,
    stopping: undefined,
    active,
    observer: {
      stageStarted(lane, node) {
        active.set(lane, { lane, node, step: '', note: '', since: performance.now() });
      },
      stepStarted({ lane, node, title }, how) {
        const row = active.get(lane) ?? (how === 'undo' ? undoing(lane, node) : undefined);
        if (row === undefined) return;
        row.step =
          how === 'recover'
            ? `${title} (looking what became of it)`
            : how === 'undo'
              ? `undo: ${title}`
              : title;
        row.note = '';
        row.since = performance.now();
      },
      stepEnded({ lane }) {
        if (undoings.delete(lane)) active.delete(lane);
      },
      note({ lane }, text) {
        const row = active.get(lane);
        if (row !== undefined) row.note = text;
      },
      // What a step waits for is often said by its command alone: apt-get names who holds dpkg's lock.
      output({ lane }, chunk) {
        const row = active.get(lane);
        const last = chunk
          .toString()
          .trimEnd()
          .split(/[\r\n]+/)
          .at(-1)
          ?.trim();
        if (row !== undefined && last) row.note = last;
      },
      stageEnded(lane, _node, how) {
        active.delete(lane);
        if (how === 'done') state.done += 1;
        else if (how !== 'held') state.failed += 1;
      },
      stopping(reason) {
        state.stopping = reason;
      },
    },
  };
  return state;
}

/** The block's lines: one for each lane that works, and the whole. At most `height` of them. */
export function rollingRows(state: RollingState, height: number): string[] {
  const now = performance.now();
  const rows = [...state.active.values()].map(({ lane, node, step, note, since }) => {
    const name = placeName({ lane, node });
    const seconds = Math.floor((now - since) / 1000);
    return `  ${name}  ${step}${seconds > 0 ? `  ${seconds} s` : ''}${note === '' ? '' : `  (${note})`}`;
  });
  const shown =
    rows.length > height ? [...rows.slice(0, height - 1), `  … and ${rows.length - height + 1} more`] : rows;
  const failed = state.failed === 0 ? '' : `, ${state.failed} failed`;
  const stopping = state.stopping === undefined ? '' : `; nothing new starts: ${state.stopping}`;
  return [...shown, `${state.done} of ${state.total} done${failed}${stopping}`];
}
