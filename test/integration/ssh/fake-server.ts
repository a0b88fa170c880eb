import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type ServerConfig, type Session } from 'ssh2';

/** A server for faults that no real sshd produces on demand, and an ssh_config that leads to it as `node`. */
export interface FakeServer {
  readonly folder: string;
  readonly sshConfigPath: string;
  readonly port: number;
  /** Sockets accepted so far. */
  readonly sockets: readonly Socket[];
  stop(): Promise<void>;
}

/** A TCP server that does what the test says with each connection. */
export async function startTcpServer(
  onSocket: (socket: Socket) => void,
  lines: readonly string[] = [],
): Promise<FakeServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  return listen(server, sockets, lines);
}

export interface SshServerOptions {
  readonly config?: Partial<ServerConfig>;
  readonly authenticate?: (context: AuthContext) => void;
  /** Called when a session is asked for, before it is opened; true: it is left unanswered. */
  readonly beforeSession?: (socket: Socket) => boolean;
  readonly onSession?: (session: Session, connection: Connection, socket: Socket) => void;
  readonly lines?: readonly string[];
}

/** An SSH server made with ssh2; everyone may log in unless the test says otherwise. */
export async function startSshServer(options: SshServerOptions): Promise<FakeServer> {
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  const sockets: Socket[] = [];
  const server = new ssh2.Server({ hostKeys: [privateKey], ...options.config });
  server.on('connection', (connection) => {
    connection.on('error', () => {});
    connection.on('authentication', options.authenticate ?? ((context) => context.accept()));
    connection.on('session', (accept) => {
      if (options.beforeSession?.(sockets.at(-1)!) === true) return;
      options.onSession?.(accept(), connection, sockets.at(-1)!);
    });
  });
  const front = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    server.injectSocket(socket);
  });
  return listen(front, sockets, [
    'StrictHostKeyChecking no',
    'UserKnownHostsFile /dev/null',
    ...(options.lines ?? []),
  ]);
}

async function listen(server: TcpServer, sockets: Socket[], lines: readonly string[]): Promise<FakeServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(tmpdir(), 'fake-sshd-'));
  const sshConfigPath = join(folder, 'ssh_config');
  const common = ['HostName 127.0.0.1', `Port ${port}`, 'User someone', 'GlobalKnownHostsFile none'];
  writeFileSync(sshConfigPath, [...lines, ...common, ''].join('\n'));
  return {
    folder,
    sshConfigPath,
    port,
    sockets,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
