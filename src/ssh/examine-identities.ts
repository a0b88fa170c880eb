import { readFile } from 'node:fs/promises';
import { connectAgent } from './agent-client.ts';
import type { ConnectionSettings } from './settings.ts';
import { isPassphraseError, oneKeyAgent, parsePrivateKey } from './ssh2-keys.ts';

/** A way to log in that would be tried, and whether it can be. */
export interface IdentityState {
  /** `agent /run/agent.sock`, the path of a key file, or the name of a method. */
  readonly what: string;
  /** `ssh-ed25519, usable`, `encrypted`, `no such file`, … */
  readonly state: string;
}

/** What logging in would try, in order; reads files and asks the agent, and contacts no node. Nobody is asked. */
export async function examineIdentities(
  settings: ConnectionSettings,
  agentTimeoutMs: number,
): Promise<IdentityState[]> {
  const states: IdentityState[] = [];
  for (const method of settings.authentications) {
    if (method !== 'publickey') {
      const asks = !settings.batchMode && settings.passwordPrompts > 0;
      states.push({
        what: method,
        state: asks ? 'asked for where somebody can answer' : 'BatchMode: not asked',
      });
      continue;
    }
    if (settings.identityAgent !== undefined) {
      states.push(...(await agentStates(settings, settings.identityAgent, agentTimeoutMs)));
    }
    for (const { path } of settings.identityFiles) states.push({ what: path, state: await fileState(path) });
  }
  return states;
}

async function agentStates(
  settings: ConnectionSettings,
  socket: string,
  timeoutMs: number,
): Promise<IdentityState[]> {
  const what = `agent ${socket}`;
  const client = connectAgent(socket, timeoutMs);
  try {
    const keys = await client.keys();
    if (keys.length === 0) return [{ what, state: 'holds no key' }];
    const only = settings.identitiesOnly ? ', only if it is also an identity file' : '';
    return await Promise.all(
      keys.map(async (key) => {
        const usable = (await oneKeyAgent(client, key)) !== undefined;
        const state = `${key.type} ${key.comment}${usable ? only : ', needs --transport openssh'}`;
        return { what, state };
      }),
    );
  } catch (error) {
    return [{ what, state: error instanceof Error ? error.message : String(error) }];
  } finally {
    client.close();
  }
}

async function fileState(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'no such file' : `cannot be read (${code})`;
  }
  const key = await parsePrivateKey(bytes);
  if (!(key instanceof Error)) return `${key.type}, usable`;
  return isPassphraseError(key) ? 'encrypted: its passphrase is asked for' : `cannot be used: ${key.message}`;
}
