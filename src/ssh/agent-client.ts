import { createConnection, type Socket } from 'node:net';
import { readString, sshString, uint32 } from './ssh-wire.ts';

/** A key an ssh-agent holds. */
export interface AgentKey {
  /** Public key in wire form; may be a certificate. */
  readonly blob: Buffer;
  /** `ssh-ed25519`, `sk-ssh-ed25519@openssh.com`, … */
  readonly type: string;
  readonly comment: string;
}

/** One ssh-agent, asked over one connection however many nodes need it. */
export interface AgentClient {
  /** Rejects when the agent is gone or silent. */
  keys(): Promise<readonly AgentKey[]>;
  /** The whole signature, its type first; for RSA keys `hash` (`sha256`, `sha512`) chooses the algorithm. */
  sign(blob: Buffer, data: Buffer, hash: string | undefined): Promise<Buffer>;
  close(): void;
}

/** draft-miller-ssh-agent, section 6. */
const requestIdentities = 11;
const identitiesAnswer = 12;
const signRequest = 13;
const signResponse = 14;
const rsaFlags: Readonly<Record<string, number>> = { sha256: 2, sha512: 4 };

/** An agent that says nothing for this long is stopped or waits for a person who is not there. */
const defaultLimitMs = 10_000;
const maxAnswer = 256 * 1024;

interface Waiting {
  readonly resolve: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

export function connectAgent(socketPath: string, limitMs = defaultLimitMs): AgentClient {
  let socket: Socket | undefined;
  let received = Buffer.alloc(0);
  let waiting: Waiting[] = [];

  const fail = (error: Error): void => {
    socket?.destroy();
    socket = undefined;
    received = Buffer.alloc(0);
    const all = waiting;
    waiting = [];
    for (const { reject, timer } of all) {
      clearTimeout(timer);
      reject(error);
    }
  };
  const take = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4) {
      const length = received.readUInt32BE(0);
      if (length > maxAnswer) return fail(new Error('the agent sent nonsense'));
      if (received.length < 4 + length) return undefined;
      const answer = Buffer.from(received.subarray(4, 4 + length));
      received = received.subarray(4 + length);
      const next = waiting.shift();
      if (next === undefined) return fail(new Error('the agent answers what was not asked'));
      clearTimeout(next.timer);
      next.resolve(answer);
    }
    return undefined;
  };
  const open = (): Socket => {
    if (socket !== undefined) return socket;
    const fresh = createConnection(socketPath);
    fresh.on('data', take);
    fresh.on('error', (error) => socket === fresh && fail(new Error(`the agent is gone (${error.message})`)));
    fresh.on('close', () => socket === fresh && fail(new Error('the agent closed the connection')));
    socket = fresh;
    return fresh;
  };
  const ask = (type: number, ...parts: Buffer[]): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => fail(new Error(`the agent gives no answer in ${limitMs / 1000} s`)),
        limitMs,
      );
      waiting.push({ resolve, reject, timer });
      const body = Buffer.concat([Buffer.from([type]), ...parts]);
      open().write(Buffer.concat([uint32(body.length), body]));
    });

  return {
    async keys() {
      return readIdentities(await ask(requestIdentities));
    },
    async sign(blob, data, hash) {
      const flags = rsaFlags[hash ?? ''] ?? 0;
      const answer = await ask(signRequest, sshString(blob), sshString(data), uint32(flags));
      if (answer[0] !== signResponse) throw new Error('the agent refuses to sign');
      return readString(answer, 1);
    },
    close: () => fail(new Error('closed')),
  };
}

function readIdentities(answer: Buffer): AgentKey[] {
  if (answer[0] !== identitiesAnswer) throw new Error('the agent lists no keys');
  const count = answer.readUInt32BE(1);
  const keys: AgentKey[] = [];
  let at = 5;
  for (let index = 0; index < count; index += 1) {
    const blob = readString(answer, at);
    const comment = readString(answer, at + 4 + blob.length);
    at += 8 + blob.length + comment.length;
    keys.push({ blob, type: readString(blob, 0).toString('latin1'), comment: comment.toString('utf8') });
  }
  return keys;
}
