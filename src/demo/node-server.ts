import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import type { AuthContext, ParsedKey } from 'ssh2';

import { homes } from './make-nodes.ts';
import type { DemoNode } from './node.ts';
import { serveSession } from './session.ts';

export interface NodeServerOptions {
  /** The host's private key, OpenSSH format. */
  readonly hostKey: string;
  /** The only key that may log in, `ssh-ed25519 AAAA…`. */
  readonly clientKey: string;
  readonly latencyMs: number;
}

export interface NodeServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** An SSH server for one node, on 127.0.0.1 and a port the system chooses. Only public keys are accepted. */
export async function startNodeServer(node: DemoNode, options: NodeServerOptions): Promise<NodeServer> {
  const { default: ssh2 } = await import('ssh2');
  const clientKey = ssh2.utils.parseKey(options.clientKey);
  if (clientKey instanceof Error) {
    throw clientKey;
  }
  const sshServer = new ssh2.Server({ hostKeys: [options.hostKey], ident: 'muster-demo' }, (connection) => {
    // A client that goes away in the middle is its own affair; 'close' follows and tidies up.
    connection.on('error', () => {});
    let user = 'demo';
    connection.on('authentication', (context) => {
      user = context.username;
      if (mayLogIn(context, clientKey)) {
        context.accept();
      } else {
        context.reject(['publickey']);
      }
    });
    connection.on('session', (accept) => {
      serveSession(accept(), connection, { node, user, delayMs: options.latencyMs + node.slownessMs });
    });
  });
  const sockets = new Set<Socket>();
  // A listener of our own, because ssh2's gives no way to end a connection whose client does not answer.
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    sshServer.injectSocket(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    stop: async () => {
      for (const job of node.jobs) {
        job.deliver('KILL');
      }
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
}

function mayLogIn(context: AuthContext, clientKey: ParsedKey): boolean {
  if (context.method !== 'publickey' || !homes.has(context.username)) {
    return false;
  }
  if (context.key.algo !== clientKey.type || !context.key.data.equals(clientKey.getPublicSSH())) {
    return false;
  }
  // Without a signature the client only asks whether the key would do.
  return (
    context.signature === undefined || clientKey.verify(context.blob!, context.signature, context.hashAlgo)
  );
}
