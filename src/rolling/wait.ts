/** Waits, or until a signal is aborted. @returns false when it was */
export function waitFor(ms: number, ...signals: readonly AbortSignal[]): Promise<boolean> {
  if (signals.some((signal) => signal.aborted)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const done = (whole: boolean) => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', stop);
      resolve(whole);
    };
    const stop = () => done(false);
    const timer = setTimeout(() => done(true), ms);
    for (const signal of signals) signal.addEventListener('abort', stop, { once: true });
  });
}
