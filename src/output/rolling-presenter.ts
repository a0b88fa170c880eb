import type { RollingObserver } from '../rolling/observer.ts';
import { createLiveBlock } from './live-block.ts';
import { makeVisibleLine } from './printable.ts';
import { rollingJsonLines } from './rolling-json-lines.ts';
import { rollingLines } from './rolling-lines.ts';
import { createRollingState, rollingRows } from './rolling-rows.ts';
import type { Terminal } from './terminal.ts';

export interface RollingPresenterOptions {
  readonly terminal: Terminal;
  /** `text` shows what happens, `quiet` only what goes wrong, `none` nothing: a document comes at the end. */
  readonly mode: 'text' | 'quiet' | 'json-lines' | 'none';
  /** Nodes of the plan. */
  readonly total: number;
  /** Those that are done already, on a resume. */
  readonly done: number;
  readonly height: number;
}

/** Shows a rolling run while it goes: lasting lines, and on a terminal a block of what is going on now. */
export interface RollingPresenter extends RollingObserver {
  /** Writes a line of our own between the others. */
  say(text: string): void;
  end(): Promise<void>;
}

const redrawMs = 250;

export function createRollingPresenter(options: RollingPresenterOptions): RollingPresenter {
  const { terminal, mode } = options;
  if (mode === 'json-lines') return rollingJsonLines(terminal.stdout);
  const live = mode === 'text' && terminal.stderr.isTTY && terminal.colors !== 'none';
  const block = createLiveBlock(terminal.stderr, () => terminal.columns);
  const state = createRollingState(options.total, options.done);
  const write = (line: string): void => {
    block.clear();
    void terminal.stdout.write(`${makeVisibleLine(line)}\n`);
  };
  const lines = mode === 'none' ? {} : rollingLines(write, { steps: !live, onlyTrouble: mode === 'quiet' });
  const redraw = (): void => {
    if (live) block.show(rollingRows(state, Math.min(options.height - 2, 20)).map(makeVisibleLine));
  };
  const timer = live ? setInterval(redraw, redrawMs) : undefined;
  timer?.unref();

  return {
    ...both(state.observer, lines),
    say(text) {
      block.clear();
      void terminal.stderr.write(`${text}\n`);
    },
    async end() {
      clearInterval(timer);
      block.clear();
      await terminal.stdout.flush();
    },
  };
}

function both(first: RollingObserver, second: RollingObserver): RollingObserver {
  return {
    batchStarted(batch, lanes) {
      first.batchStarted?.(batch, lanes);
      second.batchStarted?.(batch, lanes);
    },
    stageStarted(lane, node) {
      first.stageStarted?.(lane, node);
      second.stageStarted?.(lane, node);
    },
    stepStarted(place, how) {
      first.stepStarted?.(place, how);
      second.stepStarted?.(place, how);
    },
    note(place, text) {
      first.note?.(place, text);
      second.note?.(place, text);
    },
    output(place, chunk) {
      first.output?.(place, chunk);
      second.output?.(place, chunk);
    },
    stepEnded(place, end, durationMs) {
      first.stepEnded?.(place, end, durationMs);
      second.stepEnded?.(place, end, durationMs);
    },
    stageEnded(lane, node, state, durationMs) {
      first.stageEnded?.(lane, node, state, durationMs);
      second.stageEnded?.(lane, node, state, durationMs);
    },
    stopping(reason) {
      first.stopping?.(reason);
      second.stopping?.(reason);
    },
  };
}
