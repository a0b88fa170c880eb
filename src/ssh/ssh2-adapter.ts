import { createPrivateKey, sign as signWith } from 'node:crypto';
import type { Duplex } from 'node:stream';
import ssh2, { type Client, type ClientChannel, type ConnectConfig, type ParsedKey } from 'ssh2';

/** A private key, read once and used for any number of logins. */
export type PrivateKey = ParsedKey;

/** One login attempt. */
export type AuthAttempt =
  | { readonly type: 'none' }
  | { readonly type: 'publickey'; readonly key: PrivateKey }
  | { readonly type: 'agent'; readonly agent: ssh2.BaseAgent }
  | { readonly type: 'password'; readonly password: string }
  | {
      readonly type: 'keyboard-interactive';
      readonly answer: (instructions: string, prompts: readonly Question[]) => Promise<readonly string[]>;
    };

export interface Question {
  readonly prompt: string;
  readonly echo: boolean;
}

export interface LoginOptions {
  /** Connected; the adapter owns it from now on. */
  readonly socket: Duplex;
  readonly user: string;
  readonly algorithms: {
    readonly kex: readonly string[];
    readonly serverHostKey: readonly string[];
    readonly cipher: readonly string[];
    readonly hmac: readonly string[];
  };
  readonly compression: boolean;
  readonly keepaliveMs: number;
  readonly keepaliveCount: number;
  /** Asked once per connection; ssh2 asks again at each rekey. */
  readonly verifyHostKey: (key: Buffer) => Promise<boolean>;
  /** The next attempt; undefined when there is none left. `accepted` are the server's methods, once known. */
  readonly nextAttempt: (accepted: readonly string[] | undefined) => Promise<AuthAttempt | undefined>;
  /** The host key's signature was good: now it may be remembered. */
  readonly onHandshake: () => void;
}

/** An authenticated connection. */
export interface Link {
  readonly client: Client;
  /** Resolves when it is over, however that came. */
  readonly closed: Promise<void>;
  isOpen(): boolean;
  /** Ends it at once; ssh2 itself waits for a silent peer for ever. */
  destroy(): void;
}

/** The first thing that went wrong; `level` is ssh2's word for where. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly level: string | undefined;

  constructor(message: string, level?: string) {
    super(message);
    this.level = level;
  }
}

/** Logs in. Rejects with LinkError, once, with the first cause. */
export function login(options: LoginOptions): Promise<Link> {
  const client = new ssh2.Client();
  const { socket } = options;
  let open = false;
  const closed = Promise.withResolvers<void>();
  const result = Promise.withResolvers<Link>();
  const destroy = (): void => {
    open = false;
    client.end();
    socket.destroy();
    closed.resolve();
  };
  const fail = (error: LinkError): void => {
    result.reject(error);
    destroy();
  };
  // ssh2 may emit many errors for one fault, an error without a close, or a close without an error.
  client.on('error', (error: Error & { level?: string }) => {
    if (error.level === 'agent') return;
    fail(new LinkError(error.message, error.level));
  });
  client.on('close', () => fail(new LinkError('connection closed')));
  socket.on('close', () => fail(new LinkError('connection closed')));
  client.on('handshake', options.onHandshake);
  client.on('ready', () => {
    open = true;
    result.resolve({ client, closed: closed.promise, isOpen: () => open, destroy });
  });

  let verdict: Promise<boolean> | undefined;
  const config: ConnectConfig = {
    sock: socket,
    username: options.user,
    readyTimeout: 0,
    keepaliveInterval: options.keepaliveMs,
    keepaliveCountMax: options.keepaliveCount,
    algorithms: {
      kex: [...options.algorithms.kex],
      serverHostKey: [...options.algorithms.serverHostKey],
      cipher: [...options.algorithms.cipher],
      hmac: [...options.algorithms.hmac],
      compress: options.compression ? ['zlib@openssh.com', 'none'] : ['none'],
    } as NonNullable<ConnectConfig['algorithms']>,
    hostVerifier: (key: Buffer, verify: (good: boolean) => void) => {
      verdict ??= options.verifyHostKey(Buffer.from(key));
      verdict.then(verify, () => verify(false));
    },
    authHandler: ((accepted: string[] | null, _partial: boolean | null, next: (attempt: unknown) => void) => {
      options.nextAttempt(accepted ?? undefined).then(
        (attempt) => next(attempt === undefined ? false : forSsh2(attempt, options.user)),
        () => next(false),
      );
    }) as unknown as NonNullable<ConnectConfig['authHandler']>,
  };
  client.connect(config);
  ignoreHostKeyProofs(client);
  return result.promise;
}

function forSsh2(attempt: AuthAttempt, username: string): object {
  if (attempt.type !== 'keyboard-interactive') return { ...attempt, username };
  return {
    type: attempt.type,
    username,
    prompt: (
      _name: string,
      instructions: string,
      _language: string,
      prompts: { prompt: string; echo?: boolean }[],
      finish: (answers: string[]) => void,
    ) => {
      const questions = prompts.map(({ prompt, echo }) => ({ prompt, echo: echo === true }));
      attempt.answer(instructions, questions).then(
        (answers) => finish([...answers]),
        () => finish([]),
      );
    },
  };
}

/** Reads a private key; undefined passphrase for one that has none. @returns an Error when it cannot be read */
export function parsePrivateKey(bytes: Buffer, passphrase?: string): PrivateKey | Error {
  const parsed = ssh2.utils.parseKey(bytes, passphrase);
  if (parsed instanceof Error) return parsed;
  const key = Array.isArray(parsed) ? parsed[0]! : parsed;
  if (!key.isPrivateKey()) return new Error('is not a private key');
  return withKeptKey(key);
}

/** The public keys an agent holds. Keys that ssh2 cannot read (certificates, FIDO) are not among them. */
export async function agentKeys(socketPath: string): Promise<ssh2.BaseAgent[]> {
  const agent = ssh2.createAgent(socketPath);
  const keys = await new Promise<ParsedKey[]>((resolve, reject) => {
    agent.getIdentities((error, found) => (error ? reject(error) : resolve((found ?? []) as ParsedKey[])));
  });
  return keys.map((key) => oneKeyAgent(agent, key));
}

/** One key an agent: ssh2 itself would go through all of them and burn the server's attempts. */
function oneKeyAgent(agent: ssh2.BaseAgent, key: ParsedKey): ssh2.BaseAgent {
  class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
    override getIdentities(done: Parameters<ssh2.BaseAgent<ParsedKey>['getIdentities']>[0]): void {
      done(undefined, [key]);
    }
    override sign = agent.sign.bind(agent);
  }
  return new OneKeyAgent();
}

/** The wire form of an agent's only key, to compare with identity files. */
export async function publicKeyOf(agent: ssh2.BaseAgent): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    agent.getIdentities((_error, keys) => resolve((keys as ParsedKey[] | undefined)?.[0]?.getPublicSSH()));
  });
}

/** The wire form of a public key in a .pub file; undefined when it cannot be read. */
export function parsePublicKey(bytes: Buffer): Buffer | undefined {
  const parsed = ssh2.utils.parseKey(bytes);
  if (parsed instanceof Error) return undefined;
  return (Array.isArray(parsed) ? parsed[0]! : parsed).getPublicSSH();
}

/** ssh2 hands the PEM text to OpenSSL at each signature, which parses it anew: 0.6 ms of 0.65. */
function withKeptKey(key: ParsedKey): ParsedKey {
  const digests: Readonly<Record<string, string | null>> = {
    'ssh-ed25519': null,
    'ssh-rsa': 'sha1',
    'ecdsa-sha2-nistp256': 'sha256',
    'ecdsa-sha2-nistp384': 'sha384',
    'ecdsa-sha2-nistp521': 'sha512',
  };
  const digest = digests[key.type];
  if (digest === undefined) return key;
  const kept = createPrivateKey(key.getPrivatePEM());
  key.sign = (data: Buffer | string, algorithm?: string) =>
    signWith(algorithm ?? digest, Buffer.from(data), kept);
  return key;
}

interface ProtocolParts {
  _protocol?: {
    _handlers?: Record<string, ((...args: unknown[]) => unknown) | undefined>;
    signal?: (channel: number, name: string) => void;
  };
}

/**
 * Sends a signal to the channel's remote process group. ssh2 drops signals in silence once our end-of-file is sent,
 * which is the usual state of a command without input; the protocol allows them until the channel is closed (RFC 4254, 6.9).
 */
export function sendSignal(link: Link, channel: ClientChannel, name: 'TERM' | 'KILL'): void {
  const protocol = (link.client as unknown as ProtocolParts)._protocol;
  const { outgoing } = channel as unknown as { outgoing?: { id: number; state: string } };
  if (protocol?.signal === undefined || outgoing === undefined) channel.signal(name);
  else if (outgoing.state === 'open' || outgoing.state === 'eof') protocol.signal(outgoing.id, name);
}

/**
 * After login sshd offers all its host keys, and ssh2 proves each: 1–2 ms a node for something nobody uses.
 * Left as it is when the library's inside looks different.
 */
function ignoreHostKeyProofs(client: Client): void {
  const handlers = (client as unknown as ProtocolParts)._protocol?._handlers;
  const original = handlers?.['GLOBAL_REQUEST'];
  if (handlers === undefined || original === undefined) return;
  handlers['GLOBAL_REQUEST'] = (...args) =>
    args[1] === 'hostkeys-00@openssh.com' ? undefined : original(...args);
}
