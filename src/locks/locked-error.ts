import { ExitCode, UserError } from '../errors.ts';
import type { LockedBy, LockOwner } from './lock.ts';

/** Somebody else is at work on these nodes: exit status 7. */
export class LockedError extends UserError {
  override readonly name = 'LockedError';
}

/** @param name what is locked, as a sentence's beginning: `cluster pg69 is` */
export function lockedError(name: string, { node, holder }: LockedBy): LockedError {
  return new LockedError(`${name} locked ${holderText(holder)} (seen on ${node})`, {
    code: 'LOCKED',
    exitCode: ExitCode.locked,
    hint: 'Ask them; a lock ends with the connection that holds it. To take it away: muster unlock --yes NODES.',
  });
}

/** `by alice on bastion2 since 2026-11-26T21:04:11Z: apt-get upgrade` */
export function holderText(holder: LockOwner | null): string {
  if (holder === null) return 'by somebody who left no name';
  return `by ${holder.who} on ${holder.from} since ${holder.since}: ${holder.work}`;
}
