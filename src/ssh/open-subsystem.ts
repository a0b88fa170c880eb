import type { Duplex } from 'node:stream';
import type { NodeOutcome } from '../fanout/outcome.ts';
import { ChannelFailure } from './link.ts';
import type { LeasedLink } from './node-links.ts';

/** Starts a subsystem on a leased connection, which is given back when the stream closes, or at once when there is none. */
export async function openSubsystem(
  leased: LeasedLink,
  name: string,
  signal: AbortSignal,
): Promise<Duplex | NodeOutcome> {
  let freeSlot: (() => void) | undefined;
  const giveBack = (): void => {
    freeSlot?.();
    leased.release();
  };
  try {
    freeSlot = await leased.slots.take(signal);
    const stream = await leased.link.subsystem(name);
    // what matters of an error is seen in the stream's end
    stream.on('error', () => {});
    stream.once('close', giveBack);
    void leased.link.closed.then(() => stream.destroy());
    return stream;
  } catch (error) {
    const open = leased.link.isOpen();
    giveBack();
    if (!(error instanceof ChannelFailure)) throw error;
    return {
      kind: 'not-started',
      phase: 'open',
      reason: open ? 'channel-refused' : 'closed',
      message: open ? `the server offers no ${name}` : 'connection lost',
      retryable: !open,
      ...(open ? { hint: `Its sshd_config needs a line "Subsystem ${name} internal-${name}".` } : {}),
    };
  }
}
