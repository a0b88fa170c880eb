import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { findTool } from './require-tool.ts';

/** A Kerberos realm on loopback: a real KDC, a service for sshd at `localhost`, and this user. */
export interface TestRealm {
  readonly folder: string;
  /** For everything that is to use the realm; the credential cache is the test's own. */
  readonly env: Readonly<Record<string, string>>;
  /** For sshd, beside `env`. */
  readonly serverEnv: Readonly<Record<string, string>>;
  /** The user's principal: `root@MUSTER.TEST`. */
  readonly principal: string;
  /** Gets a ticket; further words go to kinit (`-l 1s`, `-f`). */
  getTicket(...words: readonly string[]): void;
  dropTicket(): void;
  stop(): Promise<void>;
}

const realm = 'MUSTER.TEST';

/** What a realm needs of the machine; undefined parts are named by findTool. */
export function findKerberos(): boolean {
  const tools = [
    ['krb5kdc', 'krb5-kdc'],
    ['kdb5_util', 'krb5-kdc'],
    ['kadmin.local', 'krb5-admin-server'],
    ['kinit', 'krb5-user'],
    ['klist', 'krb5-user'],
  ] as const;
  return tools.map(([name, from]) => findTool(name, from)).every((tool) => tool !== undefined);
}

export async function startRealm(): Promise<TestRealm> {
  const folder = mkdtempSync(join(tmpdir(), 'realm-'));
  const port = await freePort();
  const file = (name: string) => join(folder, name);
  writeFileSync(
    file('krb5.conf'),
    `[libdefaults]
 default_realm = ${realm}
 dns_lookup_realm = false
 dns_lookup_kdc = false
 rdns = false
 dns_canonicalize_hostname = false
[realms]
 ${realm} = {
  kdc = 127.0.0.1:${port}
 }
[domain_realm]
 localhost = ${realm}
`,
  );
  writeFileSync(
    file('kdc.conf'),
    `[kdcdefaults]
 kdc_listen = 127.0.0.1:${port}
 kdc_tcp_listen = 127.0.0.1:${port}
[realms]
 ${realm} = {
  database_name = ${file('principal')}
  key_stash_file = ${file('stash')}
  acl_file = ${file('acl')}
 }
`,
  );
  const env = { KRB5_CONFIG: file('krb5.conf'), KRB5CCNAME: `FILE:${file('tickets')}` };
  const forKdc = { ...process.env, ...env, KRB5_KDC_PROFILE: file('kdc.conf') };
  const run = (name: string, args: readonly string[], environment: NodeJS.ProcessEnv = forKdc): void => {
    execFileSync(findTool(name, 'krb5-kdc')!, args, { env: environment, stdio: 'pipe' });
  };
  const principal = `${userInfo().username}@${realm}`;
  run('kdb5_util', ['create', '-s', '-P', 'master', '-r', realm]);
  for (const [name, keytab] of [
    [`host/localhost@${realm}`, 'host.keytab'],
    [principal, 'user.keytab'],
  ] as const) {
    run('kadmin.local', ['-q', `addprinc -randkey ${name}`]);
    run('kadmin.local', ['-q', `ktadd -k ${file(keytab)} ${name}`]);
  }
  const kdc = spawn(findTool('krb5kdc', 'krb5-kdc')!, ['-n', '-P', file('kdc.pid')], {
    env: forKdc,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    for (const stream of [kdc.stdout, kdc.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/starting/.test(said)) resolve();
      });
    }
    kdc.once('exit', (code) => reject(new Error(`krb5kdc ended with ${code}: ${said}`)));
  });
  return {
    folder,
    env,
    serverEnv: { KRB5_CONFIG: env.KRB5_CONFIG, KRB5_KTNAME: file('host.keytab') },
    principal,
    getTicket: (...words) => run('kinit', [...words, '-k', '-t', file('user.keytab'), principal]),
    dropTicket: () => rmSync(file('tickets'), { force: true }),
    async stop() {
      const over = new Promise((resolve) => kdc.once('exit', resolve));
      kdc.kill();
      await over;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
