import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { findTool } from './require-tool.ts';

/** A private OpenSSH server on loopback, and the files a client needs to reach it. */
export interface TestSshd {
  readonly folder: string;
  readonly port: number;
  /** `Host *` with user, port, key and known_hosts; every node is a name of the server. */
  readonly sshConfigPath: string;
  readonly knownHostsPath: string;
  readonly identityPath: string;
  /** Environment for muster: this ssh_config, and a home, state and configuration of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** The address of a node name: n1 is 127.1.0.1. */
  address(node: string): string;
  stop(): Promise<void>;
}

export interface SshdOptions {
  /** Instead of the machine's own sshd. */
  readonly program?: string;
  /** n1 … nCOUNT: each an address of its own in 127.0.0.0/8. */
  readonly nodes?: number;
  /** More lines for sshd_config, before the defaults: the first value of a keyword wins. */
  readonly config?: readonly string[];
  /** More environment for sshd itself. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts sshd as this user, in the foreground, on a free port. */
export async function startSshd(options: SshdOptions = {}): Promise<TestSshd> {
  const sshd = options.program ?? findTool('sshd', 'openssh-server');
  if (sshd === undefined) throw new Error('sshd is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'sshd-'));
  chmodSync(folder, 0o755);
  // sshd wants its empty folder; a machine that never started it has none.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  for (const type of ['ed25519', 'ecdsa', 'rsa']) makeKey(join(folder, `host_${type}`), type);
  const identityPath = join(folder, 'id_ed25519');
  makeKey(identityPath, 'ed25519');
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${identityPath}.pub`), { mode: 0o644 });

  const port = await freePort();
  const count = options.nodes ?? 10;
  const names = Array.from({ length: count }, (_, index) => `n${index + 1}`);
  const knownHostsPath = join(folder, 'known_hosts');
  const hostKey = readFileSync(join(folder, 'host_ed25519.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  writeFileSync(knownHostsPath, names.map((name) => `[${addressOf(name)}]:${port} ${hostKey}\n`).join(''));
  const sshConfigPath = join(folder, 'ssh_config');
  writeFileSync(
    sshConfigPath,
    [
      ...names.map((name) => `Host ${name}\n  HostName ${addressOf(name)}`),
      'Host *',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${identityPath}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${knownHostsPath}`,
      '  GlobalKnownHostsFile none',
      '  StrictHostKeyChecking yes',
      '',
    ].join('\n'),
  );
  const configPath = join(folder, 'sshd_config');
  writeFileSync(
    configPath,
    [
      ...(options.config ?? []),
      `Port ${port}`,
      'ListenAddress 0.0.0.0',
      ...['ed25519', 'ecdsa', 'rsa'].map((type) => `HostKey ${join(folder, `host_${type}`)}`),
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      `PidFile ${join(folder, 'sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      // bash reads ~/.bashrc under sshd unless it is called from another shell; what stands there is not tested here
      // (SHLVL); nodes of other tests on this machine are other nodes
      `SetEnv SHLVL=1 MUSTER_LOCK_FOLDER=${folder}`,
      // of MaxStartups, unlike most keywords, the last line counts
      ...(options.config?.some((line) => line.startsWith('MaxStartups')) === true
        ? []
        : ['MaxStartups 1000']),
      'LogLevel ERROR',
      // a second line for the same subsystem would be an error
      ...(options.config?.some((line) => line.startsWith('Subsystem')) === true
        ? []
        : ['Subsystem sftp internal-sftp']),
      '',
    ].join('\n'),
  );
  const server = spawn(sshd, ['-D', '-e', '-f', configPath], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  await listening(server, port);
  const home = join(folder, 'home');
  mkdirSync(home);
  return {
    folder,
    port,
    sshConfigPath,
    knownHostsPath,
    identityPath,
    address: addressOf,
    env: {
      MUSTER_SSH_CONFIG: sshConfigPath,
      HOME: home,
      XDG_STATE_HOME: join(home, 'state'),
      XDG_CONFIG_HOME: join(home, 'config'),
      CLUSTERSHELL_CFGDIR: join(home, 'clustershell'),
    },
    async stop() {
      const over = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await over;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function addressOf(node: string): string {
  const index = Number(node.slice(1));
  return `127.1.${index >> 8}.${index & 255}`;
}

function makeKey(path: string, type: string): void {
  execFileSync('ssh-keygen', [
    '-q',
    '-t',
    type,
    '-N',
    '',
    '-f',
    path,
    ...(type === 'rsa' ? ['-b', '2048'] : []),
  ]);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '0.0.0.0', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Resolves when the server accepts a connection; rejects with what it said when it ends before. */
async function listening(server: ChildProcess, port: number): Promise<void> {
  let said = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`sshd ended with ${server.exitCode}: ${said}`);
    if (await accepts(port)) return;
  }
  throw new Error(`sshd does not listen on port ${port}: ${said}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setTimeout(() => resolve(false), 20));
  });
}
