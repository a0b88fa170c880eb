import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';

import { mustRun } from '../program.ts';
import { chrootNamespaces, runInChroot } from './chroot.ts';
import { aptAccessSettings, type Mirrors } from './mirrors.ts';

/**
 * A neighbouring Debian with its own PostgreSQL and no Patroni: `bullseye` brings 13, `trixie` 17. Made once, in
 * `folder`; answers its root.
 */
export async function plainSystem(
  folder: string,
  suite: string,
  major: string,
  mirrors: Mirrors,
): Promise<string> {
  const root = `${folder}/${suite}`;
  if (await exists(root)) return root;
  const making = `${root}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o755 });
  const debootstrap = ['debootstrap', '--variant=minbase', '--components=main', suite, making, mirrors.main];
  await mustRun('unshare', [...chrootNamespaces, '--mount-proc', ...debootstrap]);
  await writeFile(`${making}/etc/apt/apt.conf.d/00fleet-build`, await aptAccessSettings());
  await runInChroot(
    making,
    `printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
     apt-get install -q -y --no-install-recommends postgresql-${major}
     apt-get clean`,
  );
  // The name is given last: without it there is no system.
  await rename(making, root);
  return root;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
