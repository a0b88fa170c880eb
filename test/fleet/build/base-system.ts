import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';

import type { Progress } from '../progress.ts';
import { mustRun } from '../program.ts';
import { chrootNamespaces, runInChroot } from './chroot.ts';
import { aptAccessSettings, type Mirrors, suite } from './mirrors.ts';

/** The script that makes a minimal Debian a base; part of the recipe's identity. */
export const prepareBaseScript = new URL('prepare-base.sh', import.meta.url);

export interface PackageFolders {
  /** The packages the base was installed from. */
  readonly installed: string;
  /** What the mirrors offer above them. */
  readonly newer: string;
}

/**
 * Installs a Debian with everything a host of any role needs into `root`, which must not exist.
 * Only the suite itself is asked while installing, never its security updates: so the base is one step behind
 * and has something to upgrade to.
 */
export async function makeBaseSystem(
  root: string,
  mirrors: Mirrors,
  progress: Progress,
): Promise<PackageFolders> {
  progress(`installing a minimal Debian ${suite}`);
  await mkdir(root, { recursive: true, mode: 0o755 });
  const debootstrap = ['debootstrap', '--variant=minbase', '--components=main', suite, root, mirrors.main];
  await mustRun('unshare', [...chrootNamespaces, '--mount-proc', ...debootstrap]);

  progress('installing PostgreSQL, Patroni, etcd, HAProxy, sshd');
  await writeFile(`${root}/etc/apt/apt.conf.d/00fleet-build`, await aptAccessSettings());
  await runInChroot(root, await prepareBase(mirrors));

  const packages = { installed: `${root}.packages`, newer: `${root}.newer-packages` };
  await rm(packages.installed, { recursive: true, force: true });
  await rm(packages.newer, { recursive: true, force: true });
  await rename(`${root}/var/cache/fleet/base`, packages.installed);
  await rename(`${root}/var/cache/fleet/newer`, packages.newer);
  await rm(`${root}/var/cache/fleet`, { recursive: true });
  return packages;
}

async function prepareBase(mirrors: Mirrors): Promise<string> {
  const settings = `MAIN_MIRROR=${mirrors.main}\nSECURITY_MIRROR=${mirrors.security}\nSUITE=${suite}\n`;
  return settings + (await readFile(prepareBaseScript, 'utf8'));
}
