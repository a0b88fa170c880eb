import type { Duplex } from 'node:stream';
import type { BaseAgent, Client, ClientChannel, ConnectConfig, ParsedKey } from 'ssh2';
import {
  agentRefused,
  ChannelFailure,
  type CommandChannel,
  type Link,
  type SessionExtras,
  windowIgnored,
} from './link.ts';
import { commandChannel } from './ssh2-channel.ts';
import { loadSsh2 } from './ssh2-library.ts';
import { type Patches, patchClient } from './ssh2-patches.ts';
import { reuseReadBuffer } from './tcp.ts';

/** One login attempt. */
export type AuthAttempt =
  | { readonly type: 'none' }
  | { readonly type: 'publickey'; readonly key: ParsedKey }
  | { readonly type: 'agent'; readonly agent: BaseAgent }
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
  readonly session: SessionExtras;
  /** Asked once per connection; the library asks again at each rekey. */
  readonly verifyHostKey: (key: Buffer) => Promise<boolean>;
  /** The next attempt; undefined when there is none left. `accepted` are the server's methods, once known. */
  readonly nextAttempt: (accepted: readonly string[] | undefined) => Promise<AuthAttempt | undefined>;
  /** The host key's signature was good: now it may be remembered. */
  readonly onHandshake: () => void;
}

/** The first thing that went wrong; `level` is ssh2's word for where, or `answer` when a person's answer was missing. Never carries the client, which holds secrets. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly level: string | undefined;

  constructor(message: string, level?: string) {
    super(message);
    this.level = level;
  }
}

/** Logs in. Rejects with LinkError, once, with the first cause. */
export async function login(options: LoginOptions): Promise<Link> {
  const { Client } = await loadSsh2();
  const client = new Client();
  const { socket } = options;
  const closed = Promise.withResolvers<void>();
  const result = Promise.withResolvers<Link>();
  let open = false;
  let over = false;
  let watch: NodeJS.Timeout | undefined;

  const end = (error: LinkError): void => {
    if (over) return;
    over = true;
    open = false;
    clearInterval(watch);
    result.reject(error);
    // the library would wait for a silent peer: its farewell is sent, the socket is ours
    client.end();
    socket.destroy();
    closed.resolve();
  };
  // The library may emit many errors for one fault, an error without a close, or a close without an error.
  client.on('error', (error: Error & { level?: string }) => {
    if (error.level === 'agent' || error.message.startsWith('Error signing')) return;
    end(new LinkError(error.message, error.level));
  });
  client.on('close', () => end(new LinkError('connection closed')));
  socket.on('close', () => end(new LinkError('connection closed')));
  client.on('change password', () => end(new LinkError('the password has expired', 'answer')));
  client.on('handshake', () => {
    // also emitted at each rekey
    if (!open) options.onHandshake();
  });
  client.on('ready', () => {
    open = true;
    // Before, the library keeps what it read (for the hash of the key exchange); from the first keys on it decrypts into new buffers.
    reuseReadBuffer(socket);
    watch = watchLife(socket, options, () => end(new LinkError('keepalive timeout')));
    result.resolve(
      linkOf(
        client,
        patches,
        closed.promise,
        options.session,
        () => open,
        () => end(new LinkError('closed')),
      ),
    );
  });
  // a person who gives no answer has ended this login
  const unanswered = (error: Error): void => end(new LinkError(error.message, 'answer'));
  client.connect(configOf(options, () => patches.lastAuthAnswer()?.methods, unanswered));
  const patches = patchClient(client, () => {
    if (!over) options.session.onNotice(windowIgnored);
    end(new LinkError('the server ignores the channel window'));
  });
  return result.promise;
}

function configOf(
  options: LoginOptions,
  lastMethods: () => readonly string[] | undefined,
  unanswered: (error: Error) => void,
): ConnectConfig {
  let accepted: Buffer | undefined;
  return {
    sock: options.socket,
    username: options.user,
    // for forwarding: logging in has agents of its own
    ...(options.session.agent() === undefined ? {} : { agent: options.session.agent()! }),
    readyTimeout: 0,
    // It only sends the questions: whether the node lives is judged by watchLife, since any byte is life.
    keepaliveInterval: options.keepaliveMs,
    keepaliveCountMax: Number.MAX_SAFE_INTEGER,
    algorithms: {
      kex: [...options.algorithms.kex],
      serverHostKey: [...options.algorithms.serverHostKey],
      cipher: [...options.algorithms.cipher],
      hmac: [...options.algorithms.hmac],
      compress: options.compression ? ['zlib@openssh.com', 'none'] : ['none'],
    } as NonNullable<ConnectConfig['algorithms']>,
    hostVerifier: (key: Buffer, verify: (good: boolean) => void) => {
      if (accepted !== undefined) {
        // Asked again at each change of keys, while data flows: an answer that came later would make the library send
        // data before its NEWKEYS, and the server would end the connection ("Bad packet length").
        verify(accepted.equals(key));
        return;
      }
      const shown = Buffer.from(key);
      options.verifyHostKey(shown).then(
        (good) => {
          if (good) accepted = shown;
          verify(good);
        },
        () => verify(false),
      );
    },
    authHandler: ((methods: string[] | null, _partial: unknown, next: (attempt: unknown) => void) => {
      options.nextAttempt(lastMethods() ?? methods ?? undefined).then(
        (attempt) => next(attempt === undefined ? false : forSsh2(attempt, options.user, unanswered)),
        () => next(false),
      );
    }) as unknown as NonNullable<ConnectConfig['authHandler']>,
  };
}

/** Calls `dead` when nothing at all has come for `keepaliveCount` intervals. */
function watchLife(socket: Duplex, options: LoginOptions, dead: () => void): NodeJS.Timeout {
  let missed = 0;
  socket.on('data', () => {
    missed = 0;
  });
  return setInterval(() => {
    missed += 1;
    if (missed > options.keepaliveCount) dead();
  }, options.keepaliveMs);
}

function linkOf(
  client: Client,
  patches: Patches,
  closed: Promise<void>,
  session: SessionExtras,
  isOpen: () => boolean,
  destroy: () => void,
): Link {
  /** Settles once: by the library's callback, or by the end of the connection if the library never calls back. */
  const ask = <T>(
    request: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
    use: (channel: ClientChannel) => T,
  ): Promise<T> =>
    new Promise((resolve, reject) => {
      const failed = (error: Error & { reason?: unknown }): void =>
        reject(
          new ChannelFailure(
            error.message,
            wasSent(error),
            typeof error.reason === 'number' ? error.reason : undefined,
          ),
        );
      try {
        request((error, channel) => {
          if (error === undefined) resolve(use(channel));
          else failed(error);
        });
      } catch (error) {
        // thrown when the socket is no longer writable: nothing was sent
        reject(new ChannelFailure(error instanceof Error ? error.message : String(error), false));
      }
    });
  const begin = (command: string, pty: boolean, agentForward: boolean): Promise<CommandChannel> =>
    ask(
      (done) => {
        const extras = { env: { ...session.environment }, agentForward };
        // Without a command it is the login shell itself, as `ssh -T`.
        if (command === '') client.shell(pty ? {} : false, extras, done);
        else client.exec(command, pty ? { ...extras, pty: true } : extras, done);
      },
      (channel) => commandChannel(channel, patches, closed),
    );
  let refused = false;
  return {
    closed,
    isOpen,
    destroy,
    async start(command, pty) {
      const forward = !refused && session.agent() !== undefined;
      try {
        return await begin(command, pty, forward);
      } catch (error) {
        if (!forward || !(error instanceof Error && /agent forwarding/.test(error.message))) throw error;
        // the session is closed before the command is sent; ssh would go on in it without a word
        if (!refused) session.onNotice(agentRefused);
        refused = true;
        return begin(command, pty, false);
      }
    },
    subsystem: (name) =>
      ask(
        (done) => client.subsys(name, done),
        (channel) => {
          // shares the window with what is read
          channel.stderr.resume();
          return channel;
        },
      ),
    forward: (host, port) =>
      ask(
        (done) => client.forwardOut('127.0.0.1', 0, host, port, done),
        (channel) => channel as Duplex,
      ),
    forwardSocket: (path) =>
      ask(
        (done) => client.openssh_forwardOutStreamLocal(path, done),
        (channel) => channel as Duplex,
      ),
  };
}

/** These texts mean: the request to run the command was on its way. Every earlier failure says something else. */
function wasSent(error: Error): boolean {
  return /^Unable to (exec$|open shell$|start subsystem)/.test(error.message);
}

function forSsh2(attempt: AuthAttempt, username: string, unanswered: (error: Error) => void): object {
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
      attempt.answer(instructions, questions).then((answers) => finish([...answers]), unanswered);
    },
  };
}
