import type { RollingPresenter } from './rolling-presenter.ts';
import type { OutputChannel } from './terminal.ts';

/** A rolling run as one JSON object a line, as things happen. */
export function rollingJsonLines(channel: OutputChannel): RollingPresenter {
  const put = (type: string, fields: object): void => {
    void channel.write(`${JSON.stringify({ type, at: new Date().toISOString(), ...fields })}\n`);
  };
  return {
    batchStarted: (batch, lanes) => put('batch', { batch: batch + 1, lanes }),
    stageStarted: (lane, node) => put('node', { lane, node, state: 'started' }),
    stepStarted: (place, how) => put('step', { ...place, state: how === 'run' ? 'started' : how }),
    note: (place, text) => put('note', { ...place, text }),
    output: (place, chunk) => put('output', { ...place, text: chunk.toString() }),
    stepEnded({ lane, node, step, title }, { kind, ...end }, durationMs) {
      put('step', { lane, node, step, title, state: kind, ...end, durationMs: Math.round(durationMs) });
    },
    stageEnded: (lane, node, state, durationMs) =>
      put('node', { lane, node, state, durationMs: Math.round(durationMs) }),
    stopping: (reason) => put('stopping', { reason }),
    say: (text) => put('message', { text }),
    end: () => channel.flush(),
  };
}
