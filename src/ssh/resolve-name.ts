import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { ConnectFailure } from './connect-failure.ts';
import { createSlots } from './slots.ts';

/**
 * Questions to the system's resolver at a time. More would only wait in its queue, where nobody can take them back: a
 * program cannot end before those that were handed over are answered, with a dead name server 10 seconds each.
 */
const asksAtOnce = 8;

/** A name server that says nothing for this long is taken for dead. */
const limitMs = 5000;

export interface NameResolver {
  /** Addresses in the order to try; never empty. Rejects with ConnectFailure. */
  resolve(name: string, family: 4 | 6 | undefined): Promise<readonly string[]>;
}

/**
 * Names to addresses: literals and /etc/hosts at once, the system's resolver for the rest, each name once a run.
 * The system's resolver runs on few threads, so names in /etc/hosts must not wait behind a dead name server.
 */
export function createNameResolver(hostsFile = '/etc/hosts'): NameResolver {
  const answers = new Map<string, Promise<readonly string[]>>();
  let hosts: ReadonlyMap<string, readonly string[]> | undefined;
  let lastAnswerAt = -Infinity;
  const slots = createSlots(asksAtOnce);

  const ask = async (name: string, family: 4 | 6 | undefined): Promise<readonly string[]> => {
    hosts ??= readHosts(hostsFile);
    const local = hosts.get(name.toLowerCase())?.filter((address) => fits(address, family));
    if (local !== undefined && local.length > 0) return local;
    const late = new AbortController();
    const answer = (async () => {
      const release = await slots.take(late.signal);
      try {
        return await askSystem(name, family, () => (lastAnswerAt = performance.now()));
      } finally {
        release();
      }
    })();
    return await withinLimit(name, answer, () => lastAnswerAt, late);
  };

  return {
    resolve(name, family) {
      if (isIP(name.split('%')[0] ?? '') !== 0) return Promise.resolve([name]);
      const id = `${family ?? 0} ${name}`;
      let answer = answers.get(id);
      if (answer === undefined) {
        answer = ask(name, family);
        answers.set(id, answer);
        // a dead name server may be back for the next command of a shell
        answer.catch(() => answers.delete(id));
      }
      return answer;
    },
  };
}

/** @param onAnswer called when a name server said something, if only that there is no such name */
async function askSystem(
  name: string,
  family: 4 | 6 | undefined,
  onAnswer: () => void,
): Promise<readonly string[]> {
  try {
    const found = await lookup(name, { all: true, family: family ?? 0, order: 'verbatim' });
    onAnswer();
    return found.map(({ address }) => address);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EAI_NODATA' || code === 'EAI_NONAME') {
      onAnswer();
      throw new ConnectFailure('dns', 'dns-no-such-name', `no such name: ${name}`, {
        hint: 'Check the spelling, DNS, or set HostName in ssh_config.',
      });
    }
    throw new ConnectFailure('dns', 'dns-no-answer', `the name server gives no answer (${name}, ${code})`);
  }
}

/** The limit counts from the last answer to any question: a long queue behind a slow server is not a dead server. */
async function withinLimit<T>(
  name: string,
  answer: Promise<T>,
  lastAnswerAt: () => number,
  giveUp: AbortController,
): Promise<T> {
  // it may fail when nobody waits for it any more
  answer.catch(() => {});
  const askedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    const check = (): void => {
      const quietMs = performance.now() - Math.max(askedAt, lastAnswerAt());
      if (quietMs < limitMs - 5) {
        timer = setTimeout(check, limitMs - quietMs);
        return;
      }
      const text = `the name server gives no answer in ${limitMs / 1000} s (${name})`;
      reject(new ConnectFailure('dns', 'dns-no-answer', text));
      giveUp.abort(new Error('nobody waits for this name'));
    };
    timer = setTimeout(check, limitMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function fits(address: string, family: 4 | 6 | undefined): boolean {
  return family === undefined || isIP(address) === family;
}

function readHosts(path: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // no such file, or not for us to read: the system's resolver decides
    return names;
  }
  for (const line of text.split('\n')) {
    const [address, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address) === 0) continue;
    for (const alias of aliases) {
      const addresses = names.get(alias.toLowerCase()) ?? [];
      addresses.push(address);
      names.set(alias.toLowerCase(), addresses);
    }
  }
  return names;
}
