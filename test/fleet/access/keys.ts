import { statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';

import type { FleetFolders } from '../folders.ts';
import { mustRun } from '../program.ts';
import type { HostKeys } from '../roles/every-host.ts';
import type { FleetHost } from '../shape.ts';

/** The key pair that may log in everywhere; made once per `up`. */
export async function makeIdentity(folders: FleetFolders): Promise<void> {
  await makeKeyPair(folders.access.identity, 'fleet');
}

/** A host's keys, made at first use and kept over `reset`: its known_hosts line stays true. */
export async function hostKeys(folders: FleetFolders, host: FleetHost): Promise<HostKeys> {
  const folder = `${folders.hosts}/${host.name}`;
  await mkdir(folder, { recursive: true });
  const file = `${folder}/ssh_host_ed25519_key`;
  await makeKeyPair(file, host.name);
  return {
    privateKey: await readFile(file, 'utf8'),
    publicKey: await readFile(`${file}.pub`, 'utf8'),
    authorizedKey: await readFile(`${folders.access.identity}.pub`, 'utf8'),
  };
}

async function makeKeyPair(file: string, comment: string): Promise<void> {
  if (statSync(`${file}.pub`, { throwIfNoEntry: false }) === undefined) {
    await mustRun('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);
  }
}
