import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

/** A question of an ssh program: what it wants shown, and SSH_ASKPASS_PROMPT (`confirm`, `none` or nothing). */
export interface AskedQuestion {
  readonly prompt: string;
  readonly kind: string;
}

/** Answers a question; undefined: none is given. */
export type Answerer = (question: AskedQuestion) => Promise<string | undefined>;

/** A folder only this user can enter: control sockets, and the way ssh programs put their questions to this process. */
export interface OpenSshFolder {
  /** Path for a new control socket. */
  newSocket(): string;
  readonly path: string;
  /** Environment that brings the questions of one ssh program here, until `forget` is called. */
  askThrough(answer: Answerer): { readonly env: Readonly<Record<string, string>>; forget(): void };
  close(): void;
}

/** ssh binds its control socket under a temporary name 17 bytes longer; a socket's path has at most 107 (unix(7)). */
const maxFolderPath = 80;

/** Run by ssh in place of a terminal: hands the question over, writes the answer. Has the language of any Node.js. */
const askProgram = `
const socket = require('net').createConnection(process.env.MUSTER_ASK_SOCKET);
let answer = '';
socket.on('error', () => process.exit(1));
socket.on('data', (text) => (answer += text));
socket.on('end', () => {
  if (answer === '') process.exit(1);
  process.stdout.write(JSON.parse(answer) + '\\n', () => process.exit(0));
});
socket.write(JSON.stringify({
  id: process.env.MUSTER_ASK_ID,
  prompt: process.argv[2] || '',
  kind: process.env.SSH_ASKPASS_PROMPT || '',
}) + '\\n');
`;

/** @param node the Node.js that runs the small program which asks */
export function makeOpenSshFolder(
  env: Readonly<Record<string, string | undefined>>,
  temporaryFolder: string,
  node: string,
): OpenSshFolder {
  const path = mkdtempSync(join(parentFolder(env, temporaryFolder), 'muster-'));
  const asking = new Map<string, Answerer>();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let count = 0;

  const serve = (socket: Socket): void => {
    let text = '';
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      if (!text.endsWith('\n')) return;
      const { id, prompt, kind } = JSON.parse(text) as AskedQuestion & { id: string };
      const answer = asking.get(id)?.({ prompt, kind }) ?? Promise.resolve(undefined);
      answer.then(
        (given) => socket.end(given === undefined ? '' : JSON.stringify(given)),
        () => socket.end(),
      );
    });
  };
  const listen = (): void => {
    if (server !== undefined) return;
    writeFileSync(join(path, 'ask.cjs'), askProgram, { mode: 0o600 });
    const quoted = [node, join(path, 'ask.cjs')].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    writeFileSync(join(path, 'ask'), `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`, { mode: 0o700 });
    server = createServer(serve).listen(join(path, 'a'));
    // questions alone do not keep the process
    server.unref();
  };

  return {
    path,
    newSocket() {
      count += 1;
      return join(path, String(count));
    },
    askThrough(answer) {
      listen();
      count += 1;
      const id = String(count);
      asking.set(id, answer);
      return {
        env: {
          SSH_ASKPASS: join(path, 'ask'),
          SSH_ASKPASS_REQUIRE: 'force',
          // before OpenSSH 8.4 only a display makes ssh ask this way; nothing is ever shown on it
          DISPLAY: env['DISPLAY'] ?? 'none',
          MUSTER_ASK_SOCKET: join(path, 'a'),
          MUSTER_ASK_ID: id,
        },
        forget: () => void asking.delete(id),
      };
    },
    close() {
      server?.close();
      for (const socket of sockets) socket.destroy();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function parentFolder(env: Readonly<Record<string, string | undefined>>, temporaryFolder: string): string {
  for (const folder of [env['XDG_RUNTIME_DIR'], temporaryFolder]) {
    if (folder === undefined || !folder.startsWith('/') || folder.length > maxFolderPath) continue;
    try {
      if (statSync(folder).isDirectory()) return folder;
    } catch {
      // an XDG_RUNTIME_DIR that is gone, as after su
    }
  }
  return '/tmp';
}
