import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { mustRun, runProgram } from '../program.ts';
import type { FleetFolders } from '../folders.ts';
import { aptAccessSettings, findMirrors, suite } from './mirrors.ts';
import { indexRepository, offeredVersion } from './repository.ts';

/** A package repository beside those of the build, made when a test first asks for it. */
interface MoreRepository {
  /** A line of sources.list for the hosts. */
  readonly source: string;
  /** Of the package it is for. */
  readonly version: string;
}

/** The mirror has not that suite. */
export class NoSuchSuite extends Error {}

/** Below the repository hosts see already; it is given its name when it is whole. */
export async function moreRepository(
  folders: FleetFolders,
  name: string,
  packageName: string,
  make: (work: string) => Promise<void>,
): Promise<MoreRepository> {
  const folder = `${folders.repository}/${name}`;
  if ((await offeredVersion(folder, packageName).catch(() => undefined)) === undefined) {
    const work = await mkdtemp(`${folders.repository}/.making-`);
    try {
      await make(work);
      await indexRepository(work, { label: `Debian-${name}`, codename: suite });
      await mustRun('chmod', ['-R', 'a+rX', work]);
      await rename(work, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return {
    source: `deb [trusted=yes] file:/srv/repository/${name} ./`,
    version: (await offeredVersion(folder, packageName))!,
  };
}

/** A package of the hosts' own Debian that the base has not, with all it needs. */
export function morePackage(folders: FleetFolders, name: string): Promise<MoreRepository> {
  return moreRepository(folders, name, name, (work) => download(folders, suite, [name], work));
}

/**
 * Brings packages of a suite: of the hosts' own with all that the base has not, of another one without.
 * @throws NoSuchSuite
 */
export async function download(
  folders: FleetFolders,
  from: string,
  packages: readonly string[],
  into: string,
): Promise<void> {
  const { main } = await findMirrors();
  const apt = `${into}/apt`;
  await mkdir(`${apt}/lists/partial`, { recursive: true });
  await mkdir(`${apt}/archives/partial`, { recursive: true });
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg';
  await writeFile(`${apt}/sources.list`, `deb [signed-by=${key}] ${main} ${from} main\n`);
  await writeFile(
    `${apt}/apt.conf`,
    `${await aptAccessSettings()}APT::Sandbox::User "root";
Dir::State::lists "${apt}/lists";
Dir::State::status "${folders.base}/var/lib/dpkg/status";
Dir::Cache "${apt}";
Dir::Etc::sourcelist "${apt}/sources.list";
Dir::Etc::sourceparts "-";
`,
  );
  const options = { cwd: into, env: { ...process.env, APT_CONFIG: `${apt}/apt.conf` } };
  const asked = await runProgram('apt-get', ['-qq', 'update'], options);
  if (asked.code !== 0) throw new NoSuchSuite(asked.stderr);
  if (from === suite) {
    const install = ['-qq', '-y', '--no-install-recommends', '--download-only', 'install', ...packages];
    await mustRun('apt-get', install, options);
    const files = (await readdir(`${apt}/archives`)).filter((file) => file.endsWith('.deb'));
    await Promise.all(files.map((file) => rename(`${apt}/archives/${file}`, `${into}/${file}`)));
  } else {
    await mustRun('apt-get', ['-qq', 'download', ...packages], options);
  }
  await rm(apt, { recursive: true });
}
