import { readFile } from 'node:fs/promises';
import { ConnectFailure } from './connect-failure.ts';
import type { Prompter } from './prompter.ts';
import type { ConnectionSettings } from './settings.ts';
import {
  agentKeys,
  type AuthAttempt,
  parsePrivateKey,
  parsePublicKey,
  publicKeyOf,
  type PrivateKey,
} from './ssh2-adapter.ts';

/** A key to try, and how to call it in a message. */
export interface Identity {
  readonly attempt: AuthAttempt;
  readonly name: string;
}

/** Keys of agents and files, each read once however many nodes use it. */
export interface Identities {
  /** In the order to try: the agent's (with IdentitiesOnly only those that are also files), then files. */
  forNode(settings: ConnectionSettings): AsyncGenerator<Identity>;
}

type LoadedKey = PrivateKey | 'absent' | ConnectFailure;

export function createIdentities(prompter: Prompter | undefined): Identities {
  const files = new Map<string, Promise<LoadedKey>>();
  const agents = new Map<string, ReturnType<typeof agentKeys>>();

  const keysOfAgent = (socketPath: string): ReturnType<typeof agentKeys> => {
    // An agent that is gone has no keys: ssh goes on with the files, and so do we.
    const keys = agents.get(socketPath) ?? agentKeys(socketPath).catch(() => []);
    agents.set(socketPath, keys);
    return keys;
  };
  const loadFile = (path: string): Promise<LoadedKey> => {
    const key = files.get(path) ?? readKey(path, prompter);
    files.set(path, key);
    return key;
  };

  return {
    async *forNode(settings) {
      const fromAgent: Buffer[] = [];
      if (settings.identityAgent !== undefined) {
        const wanted = settings.identitiesOnly ? await publicKeysBeside(settings) : undefined;
        for (const agent of await keysOfAgent(settings.identityAgent)) {
          const publicKey = await publicKeyOf(agent);
          if (publicKey === undefined) continue;
          if (wanted !== undefined && !wanted.some((key) => key.equals(publicKey))) continue;
          fromAgent.push(publicKey);
          yield { attempt: { type: 'agent', agent }, name: 'agent' };
        }
      }
      for (const { path, explicit } of settings.identityFiles) {
        const key = await loadFile(path);
        if (key === 'absent') continue;
        if (key instanceof ConnectFailure) {
          if (explicit) throw key;
          continue;
        }
        const publicKey = key.getPublicSSH();
        if (fromAgent.some((known) => known.equals(publicKey))) continue;
        yield { attempt: { type: 'publickey', key }, name: path };
      }
    },
  };
}

async function readKey(path: string, prompter: Prompter | undefined): Promise<LoadedKey> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // ssh says nothing of an IdentityFile that does not exist, and goes on.
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    return unreadable(path, `cannot be read (${code})`);
  }
  const parsed = parsePrivateKey(bytes);
  if (!(parsed instanceof Error)) return parsed;
  if (!/passphrase|encrypted/i.test(parsed.message)) return unreadable(path, parsed.message);
  for (let attempt = 0; attempt < 3 && prompter !== undefined; attempt += 1) {
    const passphrase = await prompter.ask(`Enter passphrase for key '${path}': `, { echo: false });
    if (passphrase === undefined || passphrase === '') break;
    const opened = parsePrivateKey(bytes, passphrase);
    if (!(opened instanceof Error)) return opened;
  }
  return unreadable(path, 'is encrypted, and nobody could be asked for its passphrase');
}

function unreadable(path: string, why: string): ConnectFailure {
  return new ConnectFailure('auth', 'key-unreadable', `key ${path}: ${why}`, {
    hint: 'Add the key to ssh-agent, or correct IdentityFile in ssh_config.',
  });
}

async function publicKeysBeside(settings: ConnectionSettings): Promise<Buffer[]> {
  const keys = await Promise.all(
    settings.identityFiles.map(async ({ path }) => {
      for (const file of [`${path}.pub`, path]) {
        try {
          const key = parsePublicKey(await readFile(file));
          if (key !== undefined) return key;
        } catch {
          // the next one
        }
      }
      return undefined;
    }),
  );
  return keys.filter((key) => key !== undefined);
}
