import { execFile, execFileSync, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { once } from 'node:events';
import { createReadStream, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Executor } from '../../../src/fanout/executor.ts';
import { createLocalExecutor } from '../../support/local-executor.ts';

/** A system whose packages dnf manages: this machine's files under a layer of its own, a repository over HTTP. */
export interface DnfSystem {
  readonly executor: Executor;
  /** Runs a command in it as root; rejects when it fails. */
  run(command: string): Promise<string>;
  /** Ends or restores what the repository answers. */
  offer(available: boolean): void;
  close(): Promise<void>;
}

/** PGDG's names; %postun is PGDG's, too: it restarts a server that runs. */
const spec = `Name: postgresql15-server
Version: %{ver}
Release: 1PGDG.rhel9
Summary: PostgreSQL
License: PostgreSQL
BuildArch: noarch
AutoReqProv: no
Requires: postgresql15-libs = %{version}-%{release}
%description
PostgreSQL.
%package -n postgresql15-libs
Summary: Libraries
AutoReqProv: no
%description -n postgresql15-libs
Libraries.
%package -n other-tool
Summary: Not asked for
AutoReqProv: no
%description -n other-tool
Other.
%install
mkdir -p %{buildroot}/usr/pgsql-15/bin %{buildroot}/usr/pgsql-15/lib %{buildroot}/usr/pgsql-15/share
printf '#!/bin/sh\\necho "postgres (PostgreSQL) %{ver}"\\n' >%{buildroot}/usr/pgsql-15/bin/postgres
chmod 755 %{buildroot}/usr/pgsql-15/bin/postgres
echo %{ver} >%{buildroot}/usr/pgsql-15/lib/libpq
echo %{ver} >%{buildroot}/usr/pgsql-15/share/other
%files
/usr/pgsql-15/bin/postgres
%files -n postgresql15-libs
/usr/pgsql-15/lib/libpq
%files -n other-tool
/usr/pgsql-15/share/other
`;

export async function openDnfSystem(versions: readonly string[]): Promise<DnfSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'dnf-'));
  const repository = join(folder, 'repository');
  mkdirSync(repository);
  writeFileSync(join(folder, 'server.spec'), spec);
  for (const version of versions) {
    const defines = ['--define', `ver ${version}`, '--define', `_topdir ${folder}/build`];
    execFileSync(
      'rpmbuild',
      ['--quiet', '-bb', ...defines, '--define', `_rpmdir ${repository}`, join(folder, 'server.spec')],
      {
        stdio: 'pipe',
      },
    );
  }
  execFileSync('createrepo_c', ['-q', repository]);

  let available = true;
  const server = createServer((request, response) => {
    const path = join(repository, new URL(request.url!, 'http://x').pathname);
    const size = available ? statSync(path, { throwIfNoEntry: false })?.size : undefined;
    response.writeHead(size === undefined ? 404 : 200, { 'Content-Length': size ?? 0 });
    if (size === undefined) response.end();
    else createReadStream(path).pipe(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const keeper = spawn('unshare', ['--mount', 'sh', '-c', layer(folder, port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(keeper.stdout, 'data');
  const inside = (command: string): [string, ...string[]] => [
    'nsenter',
    `--mount=/proc/${keeper.pid}/ns/mnt`,
    'chroot',
    `${folder}/system/root`,
    'sh',
    '-c',
    command,
  ];
  // Debian's rpm keeps its database in the home folder: one for all, whoever runs the tests.
  const home = '/root';
  return {
    executor: createLocalExecutor({
      argv: (_, command) => inside(command),
      home: () => home,
      env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin' },
    }),
    async run(command) {
      const [program, ...args] = inside(command);
      return (
        await promisify(execFile)(program, args, { env: { ...process.env, HOME: home } })
      ).stdout.trimEnd();
    },
    offer(whether) {
      available = whether;
    },
    async close() {
      keeper.stdin.end();
      await once(keeper, 'close');
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Keeps the mounts until its standard input ends. Debian's own apt is taken away, dnf's plugin for local files, too. */
function layer(folder: string, port: number): string {
  return `set -e
mkdir ${folder}/system; mount -t tmpfs ${basename(folder)} ${folder}/system; cd ${folder}/system
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=$PWD/upper,workdir=$PWD/work dnf root
cd root; mount -t proc proc proc; mount --rbind /dev dev
rm -rf usr/bin/apt-get var/lib/rpm var/lib/dnf var/cache/dnf etc/yum.repos.d
mkdir -p etc/yum.repos.d var/lib/dnf var/cache/dnf
printf '[main]\\ngpgcheck=0\\nreleasever=9\\n' >etc/dnf/dnf.conf
printf '[main]\\nenabled=0\\n' >etc/dnf/plugins/local.conf
printf '[pgdg]\\nname=pgdg\\nbaseurl=http://127.0.0.1:${port}\\n' >etc/yum.repos.d/pgdg.repo
echo ready
read -r _ || :`;
}
