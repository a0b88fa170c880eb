import { readFileSync } from 'node:fs';

/** The parts of the program that runs on a member, in `program/`, in their order. */
export const programParts = ['patroni', 'server', 'unit', 'tag', 'watch', 'main'] as const;

export type ProgramPart = (typeof programParts)[number];

/** Text of one part. The build replaces this module by the texts, so that nothing is read at run time. */
export function programPart(part: ProgramPart): string {
  return readFileSync(new URL(`program/${part}.py`, import.meta.url), 'utf8');
}
