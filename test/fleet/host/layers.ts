import { mkdir, readdir, rename, rm } from 'node:fs/promises';

import type { FleetFolders } from '../folders.ts';
import { mustRun } from '../program.ts';
import type { FleetHost } from '../shape.ts';
import { diskFolder, newDisk } from './disk.ts';

/** A host's disk is a stack: the base, its part of each snapshot, and the upper layer it writes to. */
export function upperLayer(folders: FleetFolders, host: FleetHost): string {
  return `${diskFolder(folders, host)}/upper`;
}

/** The read-only part of the stack, topmost first, as overlayfs wants it. */
export async function lowerLayers(folders: FleetFolders, host: FleetHost): Promise<string> {
  const snapshots = await snapshotNumbers(folders);
  return [
    ...snapshots.reverse().map((number) => `${folders.snapshots}/${number}/${host.name}`),
    folders.base,
  ].join(':');
}

/** Numbers of the snapshots there are, oldest first. */
export async function snapshotNumbers(folders: FleetFolders): Promise<number[]> {
  const names = await readdir(folders.snapshots);
  return names.map(Number).sort((one, other) => one - other);
}

/** Only while all hosts are without power: the snapshots are the lower part of their disks. */
export async function forgetSnapshots(folders: FleetFolders): Promise<void> {
  for (const number of await snapshotNumbers(folders)) {
    await rm(`${folders.snapshots}/${number}`, { recursive: true });
  }
}

/** Gives a host without power an empty upper layer: the disk of the last snapshot, or of a new host. */
export async function emptyUpperLayer(folders: FleetFolders, host: FleetHost): Promise<void> {
  await newDisk(folders, host);
  const layer = diskFolder(folders, host);
  await mkdir(`${layer}/upper`, { recursive: true, mode: 0o755 });
  await mkdir(`${layer}/work`);
}

/** Makes what all hosts (without power) have written a snapshot, and gives them new upper layers. */
export async function freezeUpperLayers(folders: FleetFolders, hosts: readonly FleetHost[]): Promise<number> {
  const number = ((await snapshotNumbers(folders)).at(-1) ?? 0) + 1;
  // Under a name no start reads, until it is whole.
  const partial = `${folders.live}/snapshot.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial);
  for (const host of hosts) {
    await mustRun('cp', ['--archive', upperLayer(folders, host), `${partial}/${host.name}`]);
  }
  await rename(partial, `${folders.snapshots}/${number}`);
  for (const host of hosts) {
    await emptyUpperLayer(folders, host);
  }
  return number;
}
