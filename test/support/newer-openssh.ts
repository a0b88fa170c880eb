import { access, chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, runProgram } from '../fleet/program.ts';
import { findMirrors } from '../fleet/build/mirrors.ts';

/** An OpenSSH of a later Debian, beside the machine's own; its programs run with their own libraries. */
export interface NewerOpenSsh {
  /** Programs by their usual names: first in PATH, they are what `ssh`, `sshd`, `ssh-keygen` mean. */
  readonly bin: string;
  /** `OpenSSH_10.0p2` */
  readonly version: string;
}

/** Debian 13: OpenSSH 10.0, with penalties, the split sshd and mlkem768x25519 as first key exchange. */
const defaultSuite = 'trixie';

/** Where a library loader and its libraries are, below the folder of a Debian. */
const architectures: Partial<Record<string, { readonly libraries: string; readonly loader: string }>> = {
  x64: { libraries: 'usr/lib/x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { libraries: 'usr/lib/aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

/**
 * Fetched once, with apt's own checks of signatures, and unpacked into a cache folder (MUSTER_OPENSSH_DIR); nothing is installed.
 * Undefined where it cannot be had; with MUSTER_TEST_REQUIRE_TOOLS=1 that is an error. MUSTER_OPENSSH_SUITE names another suite.
 */
export async function findNewerOpenSsh(): Promise<NewerOpenSsh | undefined> {
  const suite = process.env['MUSTER_OPENSSH_SUITE'] ?? defaultSuite;
  const cache =
    process.env['MUSTER_OPENSSH_DIR'] ?? join(tmpdir(), `muster-test-openssh-${process.getuid?.() ?? 0}`);
  const root = join(cache, suite);
  try {
    if (!(await exists(root))) await build(suite, cache, root);
    const bin = join(root, 'bin');
    const { stderr } = await runProgram(join(bin, 'ssh'), ['-V']);
    const version = /^OpenSSH_[^\s,]+/.exec(stderr)?.[0];
    if (version === undefined) throw new Error(`${bin}/ssh does not start: ${stderr}`);
    return { bin, version };
  } catch (error) {
    if (process.env['MUSTER_TEST_REQUIRE_TOOLS'] === '1') throw error;
    process.stderr.write(`note: no newer OpenSSH, its tests are skipped: ${String(error).split('\n')[0]}\n`);
    return undefined;
  }
}

async function build(suite: string, cache: string, root: string): Promise<void> {
  const parts = architectures[process.arch];
  if (parts === undefined) throw new Error(`not for ${process.arch}`);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  // two test files may build at once: each in a folder of its own, the first to end gives the name
  const making = await mkdtemp(join(cache, 'making-'));
  try {
    await chmod(making, 0o755);
    await unpack(suite, making);
    await writePrograms(making, root, parts);
    await rename(making, root);
  } catch (error) {
    if (!(await exists(root))) throw error;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

/** apt with lists, a cache and a record of installed packages of its own, the last one empty: it fetches every library too. */
async function unpack(suite: string, folder: string): Promise<void> {
  const { main } = await findMirrors();
  const apt = join(folder, 'apt');
  for (const path of ['lists/partial', 'archives/partial']) await mkdir(join(apt, path), { recursive: true });
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  await writeFile(join(apt, 'sources.list'), `deb [signed-by=${keyring}] ${main} ${suite} main\n`);
  await writeFile(join(apt, 'status'), '');
  const settings = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State=${apt}`,
    `Dir::State::lists=${apt}/lists`,
    `Dir::State::status=${apt}/status`,
    `Dir::Cache=${apt}`,
    `Dir::Cache::archives=${apt}/archives`,
    'Debug::NoLocking=1',
    'APT::Sandbox::User=',
  ].flatMap((setting) => ['-o', setting]);
  await mustRun('apt-get', [...settings, 'update', '-qq']);
  const install = ['install', '-y', '-qq', '--no-install-recommends', '--download-only'];
  await mustRun('apt-get', [...settings, ...install, 'openssh-server', 'openssh-client']);
  for (const name of await readdir(join(apt, 'archives'))) {
    if (name.endsWith('.deb')) await mustRun('dpkg-deb', ['-x', join(apt, 'archives', name), folder]);
  }
  await rm(apt, { recursive: true });
}

/** Each program is started by its own loader; sshd is told where the programs are that it starts. */
async function writePrograms(
  making: string,
  root: string,
  { libraries, loader }: { readonly libraries: string; readonly loader: string },
): Promise<void> {
  await mkdir(join(making, 'bin'));
  const write = async (name: string, path: string, more = ''): Promise<void> => {
    const program = join(making, 'bin', name);
    const start = `'${root}/${libraries}/${loader}' --library-path '${root}/${libraries}' '${root}/${path}'`;
    await writeFile(program, `#!/bin/sh\nexec ${start}${more} "$@"\n`);
    await chmod(program, 0o755);
  };
  for (const name of ['ssh', 'ssh-keygen', 'ssh-agent', 'ssh-add', 'ssh-keyscan'])
    await write(name, `usr/bin/${name}`);
  for (const name of ['sshd-session', 'sshd-auth', 'sftp-server'])
    await write(name, `usr/lib/openssh/${name}`);
  await write(
    'sshd',
    'usr/sbin/sshd',
    ` -o SshdSessionPath='${root}/bin/sshd-session' -o SshdAuthPath='${root}/bin/sshd-auth'`,
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
