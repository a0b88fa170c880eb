const pattern = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-[0-9a-f]{4}$/;
const ticksPerSecond = 65_536;

/**
 * Names a run by its start: `20261124T035312-4f2a`, UTC, then the fraction of the second in 1/65536.
 * Names sort as the runs began, also within a second.
 */
export function runIdAt(ticks: number): string {
  const seconds = Math.floor(ticks / ticksPerSecond);
  const stamp = new Date(seconds * 1000).toISOString().replaceAll(/[-:]|\.\d+Z$/g, '');
  return `${stamp}-${(ticks - seconds * ticksPerSecond).toString(16).padStart(4, '0')}`;
}

/** Ticks of 1/65536 s since 1970 for `milliseconds` of the wall clock. */
export function ticksAt(milliseconds: number): number {
  return Math.floor((milliseconds * ticksPerSecond) / 1000);
}

export function isRunId(text: string): boolean {
  return pattern.test(text);
}

/** When the run named `id` began, to the second. `id` must satisfy isRunId. */
export function startOfRun(id: string): Date {
  return new Date(id.replace(pattern, '$1-$2-$3T$4:$5:$6Z'));
}
