import { readFileSync } from 'node:fs';

/** The parts of the collector, in `collector/`. */
export const collectorParts = [
  'frame',
  'host',
  'packages',
  'processes',
  'owner',
  'postgresql',
  'patroni',
  'tools',
  'end',
] as const;

export type CollectorPart = (typeof collectorParts)[number];

/** Text of one part. The build replaces this module by the texts, so that nothing is read at run time. */
export function collectorPart(part: CollectorPart): string {
  return readFileSync(new URL(`collector/${part}.sh`, import.meta.url), 'utf8');
}
