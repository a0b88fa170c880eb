import type { Duplex } from 'node:stream';
import { ConnectFailure } from './connect-failure.ts';

/** OpenSSH's client reads at most 1024 lines before the banner; this is the same idea in bytes. */
const limitBytes = 64 * 1024;
const keptBytes = 512;

/** What the first bytes of a connection say. */
export interface BannerWatch {
  /** The failure that the bytes so far explain, if the connection ends now. */
  explainEnd(): ConnectFailure;
}

/**
 * Looks at the bytes before SSH begins, which ssh2 drops: `Exceeded MaxStartups` and the like arrive there.
 * The socket must be paused; it is left to the SSH library to resume it.
 */
export function watchBanner(
  socket: Duplex,
  onBanner: () => void,
  onFailure: (failure: ConnectFailure) => void,
): BannerWatch {
  let seen = 0;
  let lineStart = Buffer.alloc(0);
  let said = Buffer.alloc(0);

  const stop = (): void => {
    socket.off('data', look);
  };
  const look = (chunk: Buffer): void => {
    seen += chunk.length;
    if (said.length < keptBytes) said = Buffer.concat([said, chunk.subarray(0, keptBytes - said.length)]);
    const text = Buffer.concat([lineStart, chunk]);
    const banner = findBanner(text);
    if (banner === undefined) {
      // a banner may be cut between two chunks: keep the unfinished line, bounded
      const unfinished = text.subarray(text.lastIndexOf(0x0a) + 1);
      lineStart = Buffer.from(unfinished.subarray(0, 16));
      if (seen > limitBytes) {
        stop();
        onFailure(notSsh('sends text without end instead of an SSH banner', said));
      }
      return;
    }
    stop();
    if (banner.startsWith('SSH-2.0-') || banner.startsWith('SSH-1.99-')) onBanner();
    else onFailure(notSsh(`speaks ${printable(Buffer.from(banner)).slice(0, 20)}, not SSH 2`, said));
  };
  socket.on('data', look);
  socket.pause();

  return {
    explainEnd() {
      const text = printable(said);
      const busy = serverBusy(text);
      if (busy !== undefined) return busy;
      if (text !== '') return notSsh('is not an SSH server', said);
      return new ConnectFailure('banner', 'closed', 'connection closed before the SSH banner', {
        retryable: true,
      });
    },
  };
}

/**
 * A server that says it has no room now; undefined: it says something else. OpenSSH says the same from 9.8 on when it is
 * full (MaxStartups), which is over in a moment, and when it penalises this address (PerSourcePenalties, 15 s and more):
 * a try during a penalty does not lengthen it (seen with 10.0).
 */
export function serverBusy(text: string): ConnectFailure | undefined {
  const full = /MaxStartups/i.test(text);
  if (!full && !/not allowed at this time/i.test(text)) return undefined;
  return new ConnectFailure('banner', 'server-busy', `${full ? 'server busy' : 'server said'}: ${text}`, {
    retryable: true,
    serverSaid: text,
    hint: full
      ? 'Lower the fanout, or raise MaxStartups in the sshd_config of the node.'
      : 'sshd is full (MaxStartups), or penalises this address for failed logins (PerSourcePenalties); -t gives it more time.',
  });
}

function findBanner(text: Buffer): string | undefined {
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf(0x0a, at);
    if (text.toString('latin1', at, at + 4) === 'SSH-') {
      if (end >= 0 || text.length - at >= 10) return text.toString('latin1', at, at + 40);
      return undefined;
    }
    if (end < 0) return undefined;
    at = end + 1;
  }
  return undefined;
}

function notSsh(what: string, said: Buffer): ConnectFailure {
  const text = printable(said);
  return text === ''
    ? new ConnectFailure('banner', 'not-ssh', what)
    : new ConnectFailure('banner', 'not-ssh', `${what}: ${text}`, { serverSaid: text });
}

/** The first printable 60 characters. */
export function printable(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replace(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, 60);
}
