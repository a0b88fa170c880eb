import { printable, serverBusy } from './banner-watch.ts';
import { ConnectFailure } from './connect-failure.ts';
import { summarizeTried } from './authentication.ts';
import { changedKeyMessage, fingerprint, placeOf, removeKeyCommand, scanCommand } from './host-key.ts';
import { type KnownHosts, knownHostsName } from './known-hosts.ts';
import type { OpenSshProgress } from './openssh-progress.ts';
import type { ConnectionSettings } from './settings.ts';
import { reachFailure } from './tcp.ts';
import { visible } from './visible.ts';

/**
 * Why an ssh program ended before it was logged in, in the words the built-in transport uses.
 * @param how `exit status 255`, when nothing else is known
 */
export function explainOpenSsh(
  settings: ConnectionSettings,
  progress: OpenSshProgress,
  known: KnownHosts,
  how: string,
): ConnectFailure {
  const said = progress.said.join('\n');
  return (
    nameFailure(said) ??
    (progress.phase === 'connect' ? connectFailure(said, progress) : undefined) ??
    hostKeyFailure(said, settings, progress, known) ??
    keyExchangeFailure(said, progress) ??
    (progress.phase === 'auth' ? authFailure(said, settings, progress) : undefined) ??
    bannerFailure(said, settings, progress) ??
    other(progress, how)
  );
}

function nameFailure(said: string): ConnectFailure | undefined {
  const found = /Could not resolve hostname (\S+?): (.*)/.exec(said);
  if (found === null) return undefined;
  const [, name, why] = found;
  if (/temporary failure/i.test(why!)) {
    return new ConnectFailure('dns', 'dns-no-answer', `the name server gives no answer for ${name}`);
  }
  return new ConnectFailure('dns', 'dns-no-such-name', `no such name: ${name}`, {
    hint: 'Check the spelling, DNS, or set HostName in ssh_config.',
  });
}

function connectFailure(said: string, { address }: OpenSshProgress): ConnectFailure | undefined {
  const found = /connect to (?:host|address) \S+ port \d+: (.*)/.exec(said);
  if (found === null || address === undefined) return undefined;
  const codes: Readonly<Record<string, string>> = {
    'Connection refused': 'ECONNREFUSED',
    'Connection timed out': 'ETIMEDOUT',
    'Connection reset by peer': 'ECONNRESET',
    'No route to host': 'EHOSTUNREACH',
    'Network is unreachable': 'ENETUNREACH',
    'Permission denied': 'EACCES',
    'Invalid argument': 'EINVAL',
    'Cannot assign requested address': 'EADDRNOTAVAIL',
  };
  return reachFailure(codes[found[1]!] ?? found[1]!, address);
}

function bannerFailure(
  said: string,
  settings: ConnectionSettings,
  progress: OpenSshProgress,
): ConnectFailure | undefined {
  if (progress.phase !== 'banner' && progress.phase !== 'connect') return undefined;
  const greeting = progress.greeting.join(' ');
  const busy = serverBusy(greeting);
  if (busy !== undefined) return busy;
  if (settings.proxyCommand !== undefined && greeting === '') {
    const told = foreignLines(progress.said);
    return new ConnectFailure('connect', 'closed', `ProxyCommand failed${told === '' ? '' : `: ${told}`}`, {
      hint: `It was: ${settings.proxyCommand}`,
    });
  }
  if (
    greeting !== '' ||
    /banner|identification string/i.test(said.replaceAll('kex_exchange_identification', ''))
  ) {
    const text = printable(Buffer.from(greeting));
    const what = greetsWithoutEnd(progress)
      ? 'sends text without end instead of an SSH banner'
      : 'is not an SSH server';
    return new ConnectFailure('banner', 'not-ssh', `${what}${text === '' ? '' : `: ${text}`}`, {
      serverSaid: text === '' ? undefined : text,
    });
  }
  return new ConnectFailure('banner', 'closed', 'connection closed before the SSH banner', {
    retryable: true,
  });
}

/** What something other than ssh itself wrote last: a ProxyCommand, for example. */
function foreignLines(said: readonly string[]): string {
  return said
    .filter((line) => !ownLine.test(line))
    .map((line) => printable(Buffer.from(line)))
    .slice(-3)
    .join(', ');
}

/** As for the built-in transport; ssh itself reads 1024 lines of 8 KiB, a byte at a time. */
const maxGreetingBytes = 64 * 1024;

export function greetsWithoutEnd({ greeting }: OpenSshProgress): boolean {
  return greeting.reduce((sum, { length }) => sum + length, 0) > maxGreetingBytes;
}

const ownLine =
  /^(kex_exchange_identification|ssh_exchange_identification|Connection (closed|reset)|ssh: |banner exchange|ssh_dispatch_run_fatal)/;

function keyExchangeFailure(said: string, { version }: OpenSshProgress): ConnectFailure | undefined {
  if (/Protocol major versions differ/.test(said)) {
    const spoken = printable(Buffer.from(version ?? ''));
    return new ConnectFailure('banner', 'not-ssh', `speaks ${spoken}, not SSH 2: ${spoken}`, {
      serverSaid: spoken,
    });
  }
  const found = /Unable to negotiate with .*?: (no matching .*?) found\. Their offer: (.*)/.exec(said);
  if (found === null) return undefined;
  return new ConnectFailure('key-exchange', 'no-common-algorithm', found[1]!, {
    hint: `The server offers ${found[2]}: add it with KexAlgorithms, Ciphers, MACs or HostKeyAlgorithms in ssh_config.`,
  });
}

function hostKeyFailure(
  said: string,
  settings: ConnectionSettings,
  { hostKey }: OpenSshProgress,
  known: KnownHosts,
): ConnectFailure | undefined {
  const shown = hostKey ?? 'a key';
  const revoked = /marked as revoked|revoked by file (.*)|is revoked/.exec(said);
  if (revoked !== null) {
    const place = revoked[1] === undefined ? '' : ` (${revoked[1]})`;
    return (
      revokedKey(known, shown) ??
      new ConnectFailure('host-key', 'host-key-revoked', `host key ${shown} is revoked${place}`)
    );
  }
  if (!/Host key verification failed/.test(said)) return undefined;
  const changed = /IDENTIFICATION HAS CHANGED/.test(said);
  if (!changed) {
    return new ConnectFailure('host-key', 'host-key-unknown', `host key unknown: ${shown}`, {
      hint: `Compare it with the host's, then connect once with ssh, or: ${scanCommand(settings)}`,
    });
  }
  const place = /Offending \S+ key in (.*):(\d+)/.exec(said);
  const old = known.entries.find(({ file, line }) => file === place?.[1] && String(line) === place[2]);
  const name = knownHostsName(settings);
  return new ConnectFailure(
    'host-key',
    'host-key-changed',
    old === undefined ? `HOST KEY HAS CHANGED: ${name} shows ${shown}` : changedKeyMessage(name, shown, old),
    {
      hint: `Someone may be in between. If the host was reinstalled: ${removeKeyCommand(place?.[1] ?? '~/.ssh/known_hosts', name)}`,
    },
  );
}

/** With StrictHostKeyChecking no, ssh would go on with a key that known_hosts revokes. */
export function revokedKey(known: KnownHosts, shown: string | undefined): ConnectFailure | undefined {
  const line = known.entries.find(
    ({ marker, type, key }) => marker === 'revoked' && `${type} ${fingerprint(key)}` === shown,
  );
  if (line === undefined) return undefined;
  return new ConnectFailure(
    'host-key',
    'host-key-revoked',
    `host key ${shown} is revoked (${placeOf(line)})`,
  );
}

/** @param reason why it ended before all was tried */
export function authFailure(
  said: string,
  settings: ConnectionSettings,
  { tried, accepted, ticketProblem }: OpenSshProgress,
  reason?: string,
): ConnectFailure {
  const why = /Received disconnect from .*: \d*:? ?(.*)/.exec(said)?.[1];
  const closed = /Connection (?:closed|reset) by/.test(said);
  const permission = /Permission denied \(/.test(said);
  const keys = [...said.matchAll(/Load key "(.*)": (.*)/g)].map(([, path, reason]) => `${path}: ${reason}`);
  const parts = [
    tried.length === 0 ? 'nothing to try' : `tried: ${summarizeTried(tried)}`,
    ...(accepted === undefined ? [] : [`server accepts: ${accepted.join(', ')}`]),
    ...(why === undefined ? [] : [`server said: ${printable(Buffer.from(why))}`]),
    ...(closed && why === undefined && !permission ? ['the server closed the connection'] : []),
    ...(reason === undefined ? [] : [reason]),
    ...(ticketProblem === undefined ? [] : [`Kerberos: ${visible(ticketProblem).slice(0, 160)}`]),
    ...keys,
  ];
  return new ConnectFailure(
    'auth',
    'auth-failed',
    `authentication failed for ${settings.user} (${parts.join('; ')})`,
    {
      hint:
        ticketProblem === undefined
          ? 'Check the user name and the keys; muster never tries again by itself: servers lock out.'
          : 'Look at the ticket with klist; kinit gets a new one.',
    },
  );
}

function other({ phase, said }: OpenSshProgress, how: string): ConnectFailure {
  const lost = said.some((line) => /Connection (closed|reset)|Broken pipe/.test(line));
  if (phase === 'key-exchange' && lost) {
    return new ConnectFailure('key-exchange', 'closed', 'connection closed during the key exchange', {
      retryable: true,
    });
  }
  const text = foreignLines(said);
  const last = said.at(-1) ?? '';
  const where = phase === 'dns' ? 'config' : phase;
  return new ConnectFailure(
    where,
    phase === 'dns' ? 'config' : phase === 'banner' ? 'closed' : 'protocol',
    `ssh failed: ${text === '' ? printable(Buffer.from(last)) || how : text}`,
  );
}
