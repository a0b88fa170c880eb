import { createHash, randomBytes, createHmac } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConnectFailure } from './connect-failure.ts';
import { type KnownHosts, knownHostsName } from './known-hosts.ts';
import { keyType } from './known-hosts-file.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';

/** SHA256 fingerprint as ssh shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** What to do with a host key. */
export type HostKeyDecision =
  | { readonly kind: 'accept' }
  /** Remember it once the signature was good. */
  | { readonly kind: 'accept-and-remember' }
  | { readonly kind: 'refuse'; readonly failure: ConnectFailure };

/** ssh's rules for a key it meets: StrictHostKeyChecking yes, ask, accept-new, no. */
export async function decideHostKey(
  settings: ConnectionSettings,
  known: KnownHosts,
  key: Buffer,
  prompter: Prompter | undefined,
): Promise<HostKeyDecision> {
  const verdict = known.judge(key);
  const name = knownHostsName(settings);
  const shown = `${keyType(key)} ${fingerprint(key)}`;
  switch (verdict.kind) {
    case 'known':
      return { kind: 'accept' };
    case 'revoked':
      return refuse(
        'host-key-revoked',
        `host key ${shown} is revoked (${verdict.entry.file}:${verdict.entry.line})`,
      );
    case 'changed': {
      const old = verdict.others[0]!;
      return refuse(
        'host-key-changed',
        `HOST KEY HAS CHANGED: ${name} shows ${shown}, known is ${old.type} ${fingerprint(old.key)} (${old.file}:${old.line})`,
        `Someone may be in between. If the host was reinstalled: ssh-keygen -f ${old.file} -R '${name}'`,
      );
    }
    default:
      break;
  }
  switch (settings.strictHostKeyChecking) {
    case 'no':
    case 'accept-new':
      return { kind: 'accept-and-remember' };
    case 'ask':
      if (prompter !== undefined && !settings.batchMode) {
        const answer = await prompter.ask(
          `The host key of ${name} is unknown: ${shown}\nConnect and remember it? [y/N] `,
          { echo: true },
        );
        if (/^y(es)?$/i.test(answer?.trim() ?? '')) return { kind: 'accept-and-remember' };
      }
      break;
    default:
      break;
  }
  return refuse(
    'host-key-unknown',
    `host key unknown: ${shown}`,
    `Compare it with the host's, then connect once with ssh, or: ssh-keyscan ${settings.port === 22 ? '' : `-p ${settings.port} `}${settings.hostName} >> ~/.ssh/known_hosts`,
  );
}

function refuse(
  reason: 'host-key-unknown' | 'host-key-changed' | 'host-key-revoked',
  message: string,
  hint?: string,
): HostKeyDecision {
  return {
    kind: 'refuse',
    failure: new ConnectFailure('host-key', reason, message, hint === undefined ? {} : { hint }),
  };
}

/** Appends the key to the first user file, one whole line in one write, as ssh does. */
export function rememberHostKey(settings: ConnectionSettings, key: Buffer): void {
  const file = settings.userKnownHostsFiles[0];
  if (file === undefined) return;
  const name = settings.hashKnownHosts ? hashedName(knownHostsName(settings)) : knownHostsName(settings);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  appendFileSync(file, `${endsOpen(file) ? '\n' : ''}${name} ${keyType(key)} ${key.toString('base64')}\n`, {
    mode: 0o600,
  });
}

function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** The last line has no line end: a new one must not be glued to it. */
function endsOpen(file: string): boolean {
  try {
    const text = readFileSync(file, 'latin1');
    return text !== '' && !text.endsWith('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
