import { readFileSync } from 'node:fs';
import type { BaseAgent } from 'ssh2';
import { type AgentClient, type AgentKey, connectAgent } from './agent-client.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';
import type { AuthAttempt } from './ssh2-adapter.ts';
import {
  certificateAgent,
  isPassphraseError,
  oneKeyAgent,
  parsePrivateKey,
  parsePublicKey,
  type PrivateKey,
} from './ssh2-keys.ts';

/** A key to try, and how to call it in a message; a problem is something worth telling if nothing else works. */
export type Identity =
  | { readonly attempt: AuthAttempt; readonly name: string }
  | { readonly problem: ConnectFailure };

/** Keys of agents and files, each read once however many nodes use it. */
export interface Identities {
  /** In the order ssh tries: agent keys that are also files, other agent keys (not with IdentitiesOnly), files. */
  forNode(settings: ConnectionSettings): AsyncGenerator<Identity>;
  close(): void;
}

type LoadedKey = PrivateKey | 'absent' | ConnectFailure;

interface Agent {
  readonly client: AgentClient;
  readonly keys: Promise<readonly AgentKey[] | Error>;
}

export function createIdentities(prompter: Prompter | undefined, agentTimeoutMs?: number): Identities {
  const files = new Map<string, Promise<LoadedKey>>();
  const publicKeys = new Map<string, Promise<Buffer | undefined>>();
  const certificates = new Map<string, Promise<BaseAgent | undefined>>();
  const agents = new Map<string, Agent>();

  const agentAt = (socketPath: string): Agent => {
    let agent = agents.get(socketPath);
    if (agent === undefined) {
      const client = connectAgent(socketPath, agentTimeoutMs);
      agent = { client, keys: client.keys().catch((error: Error) => error) };
      agents.set(socketPath, agent);
    }
    return agent;
  };
  const once = <T>(known: Map<string, Promise<T>>, path: string, read: () => Promise<T>): Promise<T> => {
    let value = known.get(path);
    if (value === undefined) {
      value = read();
      known.set(path, value);
    }
    return value;
  };
  const publicKeyOf = (path: string): Promise<Buffer | undefined> =>
    once(publicKeys, path, () => readPublicKey(path));

  async function* agentIdentities(settings: ConnectionSettings, offered: Buffer[]): AsyncGenerator<Identity> {
    if (settings.identityAgent === undefined) return;
    const agent = agentAt(settings.identityAgent);
    const keys = await agent.keys;
    if (keys instanceof Error) {
      yield { problem: authProblem(`${keys.message} (${settings.identityAgent})`) };
      return;
    }
    const configured = (
      await Promise.all(settings.identityFiles.map(({ path }) => publicKeyOf(path)))
    ).filter((key) => key !== undefined);
    const isConfigured = (key: AgentKey): boolean => configured.some((blob) => blob.equals(key.blob));
    const first = configured.flatMap((blob) => keys.filter((key) => key.blob.equals(blob)));
    const rest = settings.identitiesOnly ? [] : keys.filter((key) => !isConfigured(key));
    const unusable: string[] = [];
    for (const key of [...first, ...rest]) {
      const one = await oneKeyAgent(agent.client, key);
      if (one === undefined) {
        unusable.push(key.type);
        continue;
      }
      offered.push(key.blob);
      yield { attempt: { type: 'agent', agent: one }, name: 'agent' };
    }
    if (unusable.length > 0) {
      yield { problem: authProblem(`keys of the agent that muster cannot use: ${unusable.join(', ')}`) };
    }
  }

  return {
    async *forNode(settings) {
      const offered: Buffer[] = [];
      yield* agentIdentities(settings, offered);
      for (const { path, explicit } of settings.identityFiles) {
        const beside = await publicKeyOf(path);
        // the agent has had this key: no need to ask for its passphrase
        if (beside !== undefined && offered.some((blob) => blob.equals(beside))) continue;
        const key = await once(files, path, () => readKey(path, settings.batchMode ? undefined : prompter));
        if (key === 'absent') continue;
        if (key instanceof ConnectFailure) {
          if (explicit || key.reason === 'key-unreadable') yield { problem: key };
          continue;
        }
        const certificate = await once(certificates, path, () => readCertificate(path, key));
        if (certificate !== undefined) {
          yield { attempt: { type: 'agent', agent: certificate }, name: `${path}-cert.pub` };
        }
        yield { attempt: { type: 'publickey', key }, name: path };
      }
    },
    close() {
      for (const { client } of agents.values()) client.close();
      agents.clear();
    },
  };
}

async function readKey(path: string, prompter: Prompter | undefined): Promise<LoadedKey> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ssh says nothing of an IdentityFile that does not exist, and goes on
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    return unreadable(path, `cannot be read (${code})`, `Look at it: ls -ld ${path}`);
  }
  const parsed = await parsePrivateKey(bytes);
  if (!(parsed instanceof Error)) return parsed;
  if (!isPassphraseError(parsed)) {
    return unreadable(
      path,
      `has a form muster cannot read (${parsed.message})`,
      `Convert a copy: ssh-keygen -p -f ${path}`,
    );
  }
  for (let attempt = 0; attempt < 3 && prompter !== undefined; attempt += 1) {
    const passphrase = await prompter.ask(`Enter passphrase for key '${path}': `, { echo: false });
    if (passphrase === undefined || passphrase === '') break;
    const opened = await parsePrivateKey(bytes, passphrase);
    if (!(opened instanceof Error)) return opened;
    if (!isPassphraseError(opened)) return unreadable(path, `cannot be opened (${opened.message})`);
  }
  return prompter === undefined
    ? unreadable(
        path,
        'is encrypted, and nobody could be asked for its passphrase',
        `Load it into an agent: ssh-add ${path}`,
      )
    : unreadable(path, 'is encrypted, and no passphrase opened it', `Load it into an agent: ssh-add ${path}`);
}

/** ssh tries the certificate beside a key before the key itself. */
async function readCertificate(path: string, key: PrivateKey): Promise<BaseAgent | undefined> {
  let text: Buffer;
  try {
    text = readFileSync(`${path}-cert.pub`);
  } catch {
    return undefined;
  }
  return certificateAgent(text, key);
}

/** The public half, without a passphrase: from the `.pub` file beside, else from the private file when that tells it. */
async function readPublicKey(path: string): Promise<Buffer | undefined> {
  for (const file of [`${path}.pub`, path]) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch {
      continue; // absent or not readable: readKey names it if it matters
    }
    const key = openSshPublicPart(bytes) ?? (await parsePublicKey(bytes));
    if (key !== undefined) return key;
  }
  return undefined;
}

/** OpenSSH's own private key form carries the public key in the clear (PROTOCOL.key). */
export function openSshPublicPart(bytes: Buffer): Buffer | undefined {
  const match = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(
    bytes.toString('latin1'),
  );
  if (match === null) return undefined;
  const body = Buffer.from(match[1] ?? '', 'base64');
  let at = 'openssh-key-v1\0'.length;
  try {
    // cipher, kdf, kdf options, number of keys, public key
    for (let skipped = 0; skipped < 3; skipped += 1) at += 4 + body.readUInt32BE(at);
    at += 4;
    const length = body.readUInt32BE(at);
    return at + 4 + length <= body.length ? body.subarray(at + 4, at + 4 + length) : undefined;
  } catch {
    return undefined; // cut short
  }
}

function unreadable(path: string, what: string, hint?: string): ConnectFailure {
  return new ConnectFailure('auth', 'key-unreadable', `${path} ${what}`, { hint });
}

function authProblem(message: string): ConnectFailure {
  return new ConnectFailure('auth', 'auth-failed', message);
}
