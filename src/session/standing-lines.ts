import type { StandingEffect } from '../journal/standing-effects.ts';

/** What an unfinished run left on its nodes. */
export function standingLines(standing: readonly StandingEffect[]): string[] {
  return standing.map(({ node, what }) => `still so on ${node}: ${what}`);
}

export const takeBackWord = 'To take that back and end the run';
