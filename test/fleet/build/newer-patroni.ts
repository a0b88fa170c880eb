import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { mustRun } from '../program.ts';
import type { FleetFolders } from '../folders.ts';
import { download, moreRepository, NoSuchSuite } from './more-repository.ts';

/** A package repository with one Patroni, as hosts see it, and the version it offers. */
export interface PatroniRepository {
  /** A line of sources.list. */
  readonly source: string;
  readonly version: string;
}

/** The fleet's own Patroni under a higher version, as Debian's next stable update would be: the same program. */
export function sameAgain(folders: FleetFolders): Promise<PatroniRepository> {
  return repositoryOf(folders, 'patroni-again', async (work) => {
    const main = `${folders.repository}/main`;
    const file = (await readdir(main)).find((name) => /^patroni_.*\.deb$/.test(name))!;
    await repack(`${main}/${file}`, work, (version) => `${version}+fleet1`);
  });
}

/**
 * Another suite's Patroni: trixie has 4.0, sid something newer. Undefined when the mirror has not that suite.
 * Repacked as a backport is: what it depends on is what the fleet's Debian calls it, and its service does not wait for a
 * module of Python which that has not.
 */
export async function patroniOf(
  folders: FleetFolders,
  other: 'trixie' | 'sid',
): Promise<PatroniRepository | undefined> {
  try {
    return await repositoryOf(folders, `patroni-${other}`, async (work) => {
      await download(folders, other, ['patroni'], work);
      const file = (await readdir(work)).find((name) => name.endsWith('.deb'))!;
      await rename(`${work}/${file}`, `${work}/from-debian`);
      await repack(`${work}/from-debian`, work, (version) => `${version.replace(/~deb\d+u\d+$/, '')}~fleet1`);
      await rm(`${work}/from-debian`);
    });
  } catch (error) {
    if (error instanceof NoSuchSuite) return undefined;
    throw error;
  }
}

async function repositoryOf(
  folders: FleetFolders,
  name: string,
  make: (work: string) => Promise<void>,
): Promise<PatroniRepository> {
  const { source, version } = await moreRepository(folders, name, 'patroni', make);
  return { source, version };
}

/** Takes a package apart and packs it with another version. */
async function repack(deb: string, into: string, rename: (version: string) => string): Promise<void> {
  const folder = `${into}/unpacked`;
  await mustRun('dpkg-deb', ['--raw-extract', deb, folder]);
  const control = `${folder}/DEBIAN/control`;
  const before = await readFile(control, 'utf8');
  const version = rename(/^Version: (.*)$/m.exec(before)![1]!);
  const missing = /^python3-(?:ydiff|systemd|consul)\b/;
  const after = before.replace(/^Version: .*$/m, `Version: ${version}`).replace(
    /^Depends: (.*)$/m,
    (_, list: string) =>
      `Depends: ${list
        .split(', ')
        .filter((one) => !missing.test(one))
        .join(', ')}`,
  );
  await writeFile(control, after);
  for (const unit of ['patroni.service', 'patroni@.service']) {
    const path = (await findUnit(folder, unit)) ?? '';
    if (path === '') continue;
    await writeFile(path, (await readFile(path, 'utf8')).replace(/^Type=notify$/m, 'Type=simple'));
  }
  await mustRun('dpkg-deb', ['--root-owner-group', '--build', folder, `${into}/patroni_${version}_all.deb`]);
  await rm(folder, { recursive: true });
}

async function findUnit(folder: string, unit: string): Promise<string | undefined> {
  const answer = await mustRun('find', [folder, '-name', unit, '-type', 'f']);
  return answer.trim().split('\n')[0] || undefined;
}
