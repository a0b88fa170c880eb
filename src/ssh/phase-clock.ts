/** Time limits of machine steps: they stand still while a person is asked, and forgive our own lateness. */
export interface PhaseClock {
  /** Starts a step, ending the one before. */
  start(ms: number, late: () => void): void;
  stop(): void;
  /** A person is being asked; nested pauses count. */
  pause(): void;
  resume(): void;
}

/** If the timer itself comes this late, this process was busy or asleep, and the node is not to blame. */
const ownLatenessMs = 200;

export function createPhaseClock(): PhaseClock {
  let timer: NodeJS.Timeout | undefined;
  let late: (() => void) | undefined;
  let leftMs = 0;
  let startedAt = 0;
  let pauses = 0;

  const arm = (): void => {
    startedAt = performance.now();
    timer = setTimeout(() => {
      const latenessMs = performance.now() - startedAt - leftMs;
      if (latenessMs > ownLatenessMs) {
        leftMs = Math.min(latenessMs, 1000);
        arm();
        return;
      }
      const call = late;
      late = undefined;
      call?.();
    }, leftMs);
  };
  return {
    start(ms, whenLate) {
      clearTimeout(timer);
      late = whenLate;
      leftMs = Math.max(ms, 1);
      if (pauses === 0) arm();
    },
    stop() {
      clearTimeout(timer);
      late = undefined;
    },
    pause() {
      pauses += 1;
      if (pauses > 1 || late === undefined) return;
      clearTimeout(timer);
      leftMs = Math.max(1, leftMs - (performance.now() - startedAt));
    },
    resume() {
      pauses -= 1;
      if (pauses === 0 && late !== undefined) arm();
    },
  };
}
