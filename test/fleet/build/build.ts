import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';

import { UserError } from '../../../src/errors.ts';
import type { FleetFolders } from '../folders.ts';
import type { Progress } from '../progress.ts';
import { makeBaseSystem, prepareBaseScript } from './base-system.ts';
import { findMirrors, suite } from './mirrors.ts';
import { indexRepository, offeredVersion } from './repository.ts';

/** What `build` made; Debian's versions, as `15.18-0+deb12u1`. */
export interface BuildRecord {
  readonly recipe: string;
  readonly builtAt: string;
  /** On every fresh host. */
  readonly installedPostgresql: string;
  /** What a fresh host's apt offers once it has asked. */
  readonly offeredPostgresql: string;
}

/** Makes the base system and the two repositories, unless they are there and of this recipe. */
export async function build(folders: FleetFolders, progress: Progress): Promise<BuildRecord> {
  const recipe = await currentRecipe();
  const existing = await readBuildRecord(folders);
  if (existing?.recipe === recipe) {
    progress(
      `already built: PostgreSQL ${existing.installedPostgresql}, offered ${existing.offeredPostgresql}`,
    );
    return existing;
  }
  const mirrors = await findMirrors();
  await removeBuild(folders);

  const packages = await makeBaseSystem(folders.base, mirrors, progress);

  progress('indexing the two local repositories');
  await mkdir(folders.repository, { recursive: true });
  const main = `${folders.repository}/main`;
  const security = `${folders.repository}/security`;
  await rename(packages.installed, main);
  await rename(packages.newer, security);
  await indexRepository(main, { label: 'Debian', codename: suite });
  await indexRepository(security, { label: 'Debian-Security', codename: `${suite}-security` });
  for (const folder of [folders.repository, main, security]) {
    await chmod(folder, 0o755);
  }

  const record: BuildRecord = {
    recipe,
    builtAt: new Date().toISOString(),
    ...(await postgresqlVersions(main, security)),
  };
  await writeFile(folders.buildRecord, `${JSON.stringify(record, undefined, 2)}\n`);
  progress(`built: PostgreSQL ${record.installedPostgresql}, offered ${record.offeredPostgresql}`);
  return record;
}

/** What is built, when it is there and of this recipe; a mistake of the user otherwise. */
export async function requireBuild(folders: FleetFolders): Promise<BuildRecord> {
  const record = await readBuildRecord(folders);
  if (record?.recipe !== (await currentRecipe())) {
    throw new UserError(`${folders.cache} holds ${record === undefined ? 'no' : 'an outdated'} build`, {
      code: 'FLEET_NOT_BUILT',
      hint: 'bin/node test/fleet/fleet.ts build',
    });
  }
  return record;
}

/** The record is written last: without it there is no build. */
async function readBuildRecord(folders: FleetFolders): Promise<BuildRecord | undefined> {
  try {
    return JSON.parse(await readFile(folders.buildRecord, 'utf8')) as BuildRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function removeBuild(folders: FleetFolders): Promise<void> {
  await rm(folders.buildRecord, { force: true });
  for (const leftOver of [
    folders.base,
    `${folders.base}.packages`,
    `${folders.base}.newer-packages`,
    folders.repository,
  ]) {
    await rm(leftOver, { recursive: true, force: true });
  }
}

async function currentRecipe(): Promise<string> {
  const script = await readFile(prepareBaseScript);
  return createHash('sha256').update(script).digest('hex').slice(0, 16);
}

async function postgresqlVersions(
  main: string,
  security: string,
): Promise<Pick<BuildRecord, 'installedPostgresql' | 'offeredPostgresql'>> {
  const installed = await offeredVersion(main, 'postgresql-15');
  const offered = await offeredVersion(security, 'postgresql-15');
  if (installed === undefined) {
    throw new Error(`no postgresql-15 among the packages in ${main}`);
  }
  if (offered === undefined) {
    throw new UserError(`the mirrors offer no postgresql-15 newer than ${installed}`, {
      code: 'FLEET_MIRROR',
      hint: 'A point release has just moved the security updates into the suite; name an older mirror in MUSTER_FLEET_MIRROR.',
    });
  }
  return { installedPostgresql: installed, offeredPostgresql: offered };
}
