import { ExitCode, UserError } from '../errors.ts';
import type { LockedBy } from './lock.ts';

/** Somebody else is at work on these nodes: exit status 7. */
export class LockedError extends UserError {
  override readonly name = 'LockedError';
}

/** @param name what is locked, as a sentence's beginning: `cluster pg69 is` */
export function lockedError(name: string, { node, holder }: LockedBy): LockedError {
  const by =
    holder === null
      ? 'by somebody who left no name'
      : `by ${holder.who} on ${holder.from} since ${holder.since}: ${holder.work}`;
  return new LockedError(`${name} locked ${by} (seen on ${node})`, {
    code: 'LOCKED',
    exitCode: ExitCode.locked,
    hint: 'Ask them; a lock ends with the connection that holds it, so somebody is at work.',
  });
}
