import type { Cluster } from './cluster.ts';

/** What a person types on a member to end a pause: patronictl's own words, for muster does not do it. */
export function endPause({ scope }: Cluster): string {
  return `patronictl resume ${scope}`;
}

/** What a person types on a member to take back a scheduled switchover. */
export function endSchedule({ scope }: Cluster): string {
  return `patronictl flush ${scope} switchover`;
}
