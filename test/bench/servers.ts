import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSshd, type TestSshd } from '../support/sshd.ts';

/** What all tools need to reach the nodes of one server: the same ssh_config, key and known_hosts. */
export interface Access {
  readonly sshConfig: string;
  /** Environment that keeps each tool to these files. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

export interface Servers {
  /** OpenSSH as it is delivered: its client and server choose the key exchange. */
  readonly usual: Access;
  /** The same server, with curve25519 as the only key exchange. */
  readonly curve25519: Access;
  /** No processes, no commands: what is measured is the client. */
  readonly light: Access;
  stop(): Promise<void>;
}

/** Each address of 127.0.0.0/8 is a node. */
export function nodes(count: number): string {
  const blocks: string[] = [];
  for (let left = count, block = 0; left > 0; left -= 250, block += 1) {
    blocks.push(`127.1.${block}.[1-${Math.min(left, 250)}]`);
  }
  return blocks.join(',');
}

/** The same, one by one. */
export function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `127.1.${Math.floor(at / 250)}.${(at % 250) + 1}`);
}

/** Starts a private sshd and a light server. The known_hosts file has 1,000 entries for each. */
export async function startServers(sshdConfig: readonly string[] = []): Promise<Servers> {
  const sshd = await startSshd({ nodes: 1, config: ['MaxSessions 100', ...sshdConfig] });
  const folder = mkdtempSync(join(tmpdir(), 'muster-bench-ssh-'));
  const lightPort = await freePort();
  const light = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('light-server.ts', import.meta.url)),
      String(lightPort),
      join(sshd.folder, 'host_ed25519'),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(light.stdout, 'data');

  const access = (name: string, port: number, more: readonly string[] = []): Access =>
    accessTo(sshd, { folder: join(folder, name), port, more });
  return {
    usual: access('usual', sshd.port),
    curve25519: access('curve25519', sshd.port, ['KexAlgorithms curve25519-sha256']),
    light: access('light', lightPort, ['KexAlgorithms curve25519-sha256']),
    async stop() {
      const over = once(light, 'exit');
      light.kill();
      await over;
      await sshd.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface AccessOptions {
  /** Made by this. */
  readonly folder: string;
  readonly port: number;
  /** More lines of ssh_config. */
  readonly more?: readonly string[];
}

/** The files by which every tool reaches a server with sshd's host key. */
export function accessTo(sshd: TestSshd, { folder, port, more = [] }: AccessOptions): Access {
  const hostKey = readFileSync(join(sshd.folder, 'host_ed25519.pub'), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
  mkdirSync(join(folder, 'home'), { recursive: true });
  mkdirSync(join(folder, 'clustershell'));
  const knownHosts = join(folder, 'known_hosts');
  writeFileSync(
    knownHosts,
    addresses(1000)
      .map((node) => `[${node}]:${port} ${hostKey}\n`)
      .join(''),
  );
  const sshConfig = join(folder, 'ssh_config');
  const lines = [
    `Port ${port}`,
    `User ${userInfo().username}`,
    `IdentityFile ${sshd.identityPath}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking yes',
    ...more,
  ];
  writeFileSync(sshConfig, `Host *\n${lines.map((line) => `  ${line}\n`).join('')}`);
  writeFileSync(join(folder, 'clustershell', 'clush.conf'), `[Main]\nssh_options: -F ${sshConfig}\n`);
  return {
    sshConfig,
    folder,
    env: {
      HOME: join(folder, 'home'),
      XDG_STATE_HOME: join(folder, 'home'),
      XDG_CONFIG_HOME: join(folder, 'home'),
      MUSTER_SSH_CONFIG: sshConfig,
      CLUSTERSHELL_CFGDIR: join(folder, 'clustershell'),
      PDSH_SSH_ARGS_APPEND: `-F ${sshConfig}`,
      ANSIBLE_SSH_ARGS: `-F ${sshConfig} -o ControlMaster=no`,
      ANSIBLE_LOCAL_TEMP: join(folder, 'home'),
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
