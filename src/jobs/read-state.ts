import type { JobState } from './job.ts';

/** Reads the words of a state, see look-script.ts. Throws for words no script of ours says. */
export function readState(words: string, tail: () => Buffer): JobState {
  const [letter, first = '', second = ''] = words.trim().split(' ');
  switch (letter) {
    case 'N':
      return { kind: 'none' };
    case 'R':
      return { kind: 'running', startedAt: first === '' ? null : first };
    case 'D':
      return { kind: 'done', code: Number(first), output: tail().toString() };
    case 'L':
      return { kind: 'lost', started: first === 'yes', bootChanged: second === 'yes' };
    default:
      throw new Error(`unknown state of a job: ${JSON.stringify(words)}`);
  }
}
