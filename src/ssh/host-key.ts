import { createHash } from 'node:crypto';
import { ConnectFailure } from './connect-failure.ts';
import type { HostKeyQuestions } from './host-key-questions.ts';
import { type KnownHosts, knownHostsName } from './known-hosts.ts';
import { type KnownHost, keyType } from './known-hosts-file.ts';
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
  /** StrictHostKeyChecking=no and another key is known: nothing that a person types may be sent there. */
  | { readonly kind: 'accept-without-passwords'; readonly warning: string }
  | { readonly kind: 'refuse'; readonly failure: ConnectFailure };

/**
 * ssh's rules for a key it meets, by StrictHostKeyChecking yes, ask, accept-new, no (verified against OpenSSH 9.2).
 * @param questions undefined where nobody can be asked: then `ask` refuses
 */
export async function decideHostKey(
  settings: ConnectionSettings,
  known: KnownHosts,
  key: Buffer,
  questions: HostKeyQuestions | undefined,
): Promise<HostKeyDecision> {
  const verdict = known.judge(key);
  const name = knownHostsName(settings);
  const shown = `${keyType(key)} ${fingerprint(key)}`;
  const strict = settings.strictHostKeyChecking;
  switch (verdict.kind) {
    case 'known':
      return { kind: 'accept' };
    case 'revoked':
      return refuse('host-key-revoked', `host key ${shown} is revoked (${placeOf(verdict.entry)})`);
    case 'changed': {
      const old = verdict.others.find(({ type }) => type === keyType(key)) ?? verdict.others[0]!;
      const message = changedKeyMessage(name, shown, old);
      if (strict === 'no') return { kind: 'accept-without-passwords', warning: message };
      return refuse(
        'host-key-changed',
        message,
        `Someone may be in between. If the host was reinstalled: ${removeKeyCommand(old.file, name)}`,
      );
    }
    default:
      break;
  }
  if (strict === 'no' || strict === 'accept-new') return { kind: 'accept-and-remember' };
  if (known.certAuthority !== undefined) {
    return refuse(
      'host-key-unknown',
      `trusted by certificate only (${placeOf(known.certAuthority)}), which muster cannot check; its plain key is ${shown}`,
      `Compare the plain key with the host's and add it: ${scanCommand(settings)}`,
    );
  }
  if (strict === 'ask' && questions !== undefined && !settings.batchMode) {
    if (await questions.ask({ node: settings.node, name, shown })) return { kind: 'accept-and-remember' };
    return refuse('host-key-unknown', `host key not accepted: ${shown}`);
  }
  return refuse(
    'host-key-unknown',
    `host key unknown: ${shown}`,
    `Compare it with the host's, then connect once with ssh, or: ${scanCommand(settings)}`,
  );
}

/** @param shown type and fingerprint of the key the server shows */
export function changedKeyMessage(name: string, shown: string, old: KnownHost): string {
  return `HOST KEY HAS CHANGED: ${name} shows ${shown}, known is ${old.type} ${fingerprint(old.key)} (${placeOf(old)})`;
}

export function removeKeyCommand(file: string, name: string): string {
  return `ssh-keygen -f ${shellWord(file)} -R ${shellWord(name)}`;
}

export function scanCommand(settings: ConnectionSettings): string {
  const file = settings.userKnownHostsFiles[0] ?? '~/.ssh/known_hosts';
  return `ssh-keyscan ${settings.port === 22 ? '' : `-p ${settings.port} `}${settings.hostName} >> ${file}`;
}

export function placeOf(entry: KnownHost): string {
  return `${entry.file}:${entry.line}`;
}

function shellWord(text: string): string {
  return /^[A-Za-z0-9._/@:+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function refuse(
  reason: 'host-key-unknown' | 'host-key-changed' | 'host-key-revoked',
  message: string,
  hint?: string,
): HostKeyDecision {
  return {
    kind: 'refuse',
    failure: new ConnectFailure('host-key', reason, message, { hint }),
  };
}
