import type { RollingObserver, StepEnd, StepPlace } from '../rolling/observer.ts';
import { placeName } from './place-name.ts';

/** Lasting lines of a rolling run. */
export function rollingLines(
  write: (line: string) => void,
  { steps, onlyTrouble }: { readonly steps: boolean; readonly onlyTrouble: boolean },
): RollingObserver {
  const trouble = (place: StepPlace, end: StepEnd): void => {
    if (end.kind === 'done' || end.kind === 'passed') return;
    write(
      `${placeName(place)}: ${place.title}: ${end.kind === 'unknown' ? 'unknown: ' : ''}${end.message ?? end.kind}`,
    );
    if ('output' in end && end.output !== undefined) {
      for (const line of end.output.trimEnd().split('\n').slice(-20)) write(`    ${line}`);
    }
  };
  return {
    batchStarted(batch, lanes) {
      if (!onlyTrouble && (batch > 0 || lanes.length > 1))
        write(`batch ${batch + 1}: ${lanes.length <= 8 ? lanes.join(', ') : `${lanes.length} lanes`}`);
    },
    stepEnded(place, end, durationMs) {
      trouble(place, end);
      if (onlyTrouble || !steps) return;
      if (end.kind === 'done') write(`${placeName(place)}: ${place.title}: done (${seconds(durationMs)})`);
      if (end.kind === 'passed')
        write(`${placeName(place)}: ${place.title}: ${end.message ?? 'nothing to do'}`);
    },
    stageEnded(lane, node, state, durationMs) {
      if (onlyTrouble) return;
      if (state === 'done') write(`${placeName({ lane, node })}: done (${seconds(durationMs)})`);
    },
    stopping(reason) {
      if (steps && !onlyTrouble) write(`nothing new starts: ${reason}`);
    },
  };
}

function seconds(ms: number): string {
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
