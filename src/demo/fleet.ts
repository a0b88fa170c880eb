import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { writeFleetFiles } from './fleet-files.ts';
import type { ListeningNode } from './fleet-files.ts';
import { makeKeyPair } from './keys.ts';
import { makeNodes } from './make-nodes.ts';
import { startNodeServer } from './node-server.ts';

/** A running demo fleet: SSH servers of this process on 127.0.0.1, and the files a client needs to reach them. */
export interface DemoFleet {
  /** Readable by its owner only; removed by `stop`. Holds ssh_config, known_hosts, id_ed25519, clustershell/. */
  readonly folder: string;
  readonly sshConfigPath: string;
  /** ClusterShell's configuration (`CLUSTERSHELL_CFGDIR`): sources `roles` (the default) and `cluster`. */
  readonly configFolder: string;
  readonly nodes: readonly string[];
  /** Ends all that runs on the nodes, closes servers and connections, removes the folder. May be called twice. */
  stop(): Promise<void>;
}

export interface DemoFleetOptions {
  /** Must not exist yet; absent: a new one in the system's folder for temporary files. */
  readonly folder?: string;
  /** Added before each command starts, in milliseconds; default 0. */
  readonly latencyMs?: number;
}

/** Starts the demo's nodes. Every state is in memory; nothing a node is told reaches this machine's files or programs. */
export async function startDemoFleet(options: DemoFleetOptions = {}): Promise<DemoFleet> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'muster-demo-'));
  if (options.folder !== undefined) {
    mkdirSync(folder, { mode: 0o700 });
  }
  chmodSync(folder, 0o700);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    await Promise.all(stops.splice(0).map((stopOne) => stopOne()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const key = makeKeyPair('demo');
    const nodes = makeNodes();
    const listening = await Promise.all(
      nodes.map(async (node): Promise<ListeningNode> => {
        const hostKey = makeKeyPair(node.name);
        const server = await startNodeServer(node, {
          hostKey: hostKey.privateKey,
          clientKey: key.publicKey,
          latencyMs: options.latencyMs ?? 0,
        });
        stops.push(() => server.stop());
        return { node, port: server.port, hostKey: hostKey.publicKey };
      }),
    );
    const files = writeFleetFiles(folder, key.privateKey, listening);
    return { folder, ...files, nodes: nodes.map(({ name }) => name), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
