import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SshdOptions, startSshd, type TestSshd } from '../../support/sshd.ts';

/** A throw-away user of this machine. */
export interface TestUser {
  readonly name: string;
  readonly password: string;
}

/** A real sshd, real users and sudo's real configuration; each node logs in as the user named for it. */
export interface SudoServer {
  readonly server: TestSshd;
  readonly sshConfigPath: string;
  /** What sudo logged: a line for each command and each wrong password. */
  log(): string;
  stop(): Promise<void>;
}

export interface SudoSetup {
  /** Node → user. */
  readonly nodes: Readonly<Record<string, TestUser>>;
  /** Lines for sudoers; LOG stands for the log file. */
  readonly sudoers: readonly string[];
  readonly sshd?: SshdOptions;
}

/** Needs root. */
export async function startSudoServer({ nodes, sudoers, sshd = {} }: SudoSetup): Promise<SudoServer> {
  const names = Object.keys(nodes);
  const users = [...new Map(Object.values(nodes).map((user) => [user.name, user])).values()];
  const server = await startSshd({ nodes: names.length, ...sshd });
  for (const { name, password } of users) {
    if (existsSync(`/home/${name}`)) execFileSync('userdel', ['-rf', name], { stdio: 'ignore' });
    execFileSync('useradd', ['-m', '-s', '/bin/bash', name]);
    // a quick hash: the password is of this test alone
    execFileSync('chpasswd', ['-c', 'SHA512'], { input: `${name}:${password}\n` });
  }
  const log = join(server.folder, 'sudo.log');
  const rules = `/etc/sudoers.d/muster-test-${process.pid}-${users[0]!.name}`;
  mkdirSync('/etc/sudoers.d', { recursive: true });
  const lines = [
    ...users.map(({ name }) => `Defaults:${name} logfile=${log}, !syslog, !mail_badpass, !mail_no_user`),
    ...sudoers,
  ];
  writeFileSync(rules, `${lines.join('\n')}\n`, { mode: 0o440 });
  execFileSync('visudo', ['-cf', rules], { stdio: 'ignore' });
  const sshConfigPath = join(server.folder, 'sudo_ssh_config');
  writeFileSync(
    sshConfigPath,
    Object.entries(nodes)
      .map(([node, { name }]) => `Host ${node}\n  User ${name}\n`)
      .join('') + readFileSync(server.sshConfigPath, 'utf8'),
  );
  return {
    server,
    sshConfigPath,
    log: () => (existsSync(log) ? readFileSync(log, 'utf8').replaceAll(/\n\s+/g, ' ') : ''),
    async stop() {
      rmSync(rules, { force: true });
      await server.stop();
      for (const { name } of users) execFileSync('userdel', ['-rf', name], { stdio: 'ignore' });
    },
  };
}
