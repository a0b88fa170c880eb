import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { mustRun, runProgram } from '../program.ts';
import type { FleetFolders } from '../folders.ts';
import { aptAccessSettings, findMirrors, suite } from './mirrors.ts';
import { indexRepository, offeredVersion } from './repository.ts';

/** A package repository with one Patroni, as hosts see it, and the version it offers. */
export interface PatroniRepository {
  /** A line of sources.list. */
  readonly source: string;
  readonly version: string;
}

/** The fleet's own Patroni under a higher version, as Debian's next stable update would be: the same program. */
export function sameAgain(folders: FleetFolders): Promise<PatroniRepository> {
  return once(folders, 'patroni-again', async (work) => {
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
    return await once(folders, `patroni-${other}`, async (work) => {
      await download(other, work);
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

class NoSuchSuite extends Error {}

/** Below the repository hosts see already; it is given its name when it is whole. */
async function once(
  folders: FleetFolders,
  name: string,
  make: (work: string) => Promise<void>,
): Promise<PatroniRepository> {
  const folder = `${folders.repository}/${name}`;
  if ((await offeredVersion(folder, 'patroni').catch(() => undefined)) === undefined) {
    const work = await mkdtemp(`${folders.repository}/.making-`);
    try {
      await make(work);
      await indexRepository(work, { label: 'Debian-Patroni', codename: suite });
      await mustRun('chmod', ['-R', 'a+rX', work]);
      await rename(work, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return {
    source: `deb [trusted=yes] file:/srv/repository/${name} ./`,
    version: (await offeredVersion(folder, 'patroni'))!,
  };
}

async function download(other: string, into: string): Promise<void> {
  const { main } = await findMirrors();
  const apt = `${into}/apt`;
  await mkdir(`${apt}/lists/partial`, { recursive: true });
  await mkdir(`${apt}/archives/partial`, { recursive: true });
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  await writeFile(`${apt}/sources.list`, `deb [signed-by=${key}] ${main} ${other} main\n`);
  await writeFile(
    `${apt}/apt.conf`,
    `${await aptAccessSettings()}APT::Sandbox::User "root";
Dir::State::lists "${apt}/lists";
Dir::Cache "${apt}";
Dir::Etc::sourcelist "${apt}/sources.list";
Dir::Etc::sourceparts "-";
`,
  );
  const options = { cwd: into, env: { ...process.env, APT_CONFIG: `${apt}/apt.conf` } };
  const asked = await runProgram('apt-get', ['-qq', 'update'], options);
  if (asked.code !== 0) throw new NoSuchSuite(asked.stderr);
  await mustRun('apt-get', ['-qq', 'download', 'patroni'], options);
  await rm(apt, { recursive: true });
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
