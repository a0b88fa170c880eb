import { createHash } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';

import { mustRun } from '../program.ts';

/** How apt names a repository in `apt-cache policy`. */
export interface RepositoryName {
  readonly label: string;
  readonly codename: string;
}

/**
 * Makes a folder of .deb files a flat repository for `deb [trusted=yes] file:… ./`:
 * writes Packages and Release beside them.
 */
export async function indexRepository(folder: string, name: RepositoryName): Promise<void> {
  const stanzas: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    if (file.endsWith('.deb')) {
      stanzas.push(await packageStanza(folder, await withoutEscapes(folder, file)));
    }
  }
  // apt's own, from the download.
  await rm(`${folder}/lock`, { force: true });
  await rm(`${folder}/partial`, { recursive: true, force: true });
  const packages = stanzas.join('\n');
  await writeFile(`${folder}/Packages`, packages);
  await writeFile(`${folder}/Release`, release(name, packages));
}

/** apt downloads an epoch's colon as `%3a`, which a file: URI would decode again. */
async function withoutEscapes(folder: string, file: string): Promise<string> {
  const plain = file.replaceAll('%3a', '.');
  if (plain !== file) {
    await rename(`${folder}/${file}`, `${folder}/${plain}`);
  }
  return plain;
}

async function packageStanza(folder: string, file: string): Promise<string> {
  const control = await mustRun('dpkg-deb', ['--field', `${folder}/${file}`]);
  const content = await readFile(`${folder}/${file}`);
  return `${control.trimEnd()}\nFilename: ./${file}\nSize: ${content.length}\nSHA256: ${sha256(content)}\n`;
}

function release(name: RepositoryName, packages: string): string {
  return [
    'Origin: Debian',
    `Label: ${name.label}`,
    `Suite: ${name.codename}`,
    `Codename: ${name.codename}`,
    `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`,
    'Architectures: all amd64 arm64',
    'SHA256:',
    ` ${sha256(packages)} ${Buffer.byteLength(packages)} Packages`,
    '',
  ].join('\n');
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The version of a package in a repository's index. */
export async function offeredVersion(folder: string, packageName: string): Promise<string | undefined> {
  const index = await readFile(`${folder}/Packages`, 'utf8');
  const stanza = index.split('\n\n').find((text) => text.startsWith(`Package: ${packageName}\n`));
  return stanza?.match(/^Version: (.+)$/m)?.[1];
}
