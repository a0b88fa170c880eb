import { mkdir, rm, statfs } from 'node:fs/promises';

import type { FleetFolders } from '../folders.ts';
import { liveMounts, mountSource } from '../live-folder.ts';
import { mustRun } from '../program.ts';
import type { FleetHost } from '../shape.ts';

/** Far more than a host needs; what it does not use takes no memory. */
const usualSize = 4 * 1024 ** 3;

/** Where a host's disk is mounted on this machine: a tmpfs of its own, so that it can be full. */
export function diskFolder(folders: FleetFolders, host: FleetHost): string {
  return `${folders.layers}/${host.name}`;
}

/** Gives a host (without power) a new, empty disk. */
export async function newDisk(folders: FleetFolders, host: FleetHost): Promise<void> {
  const folder = diskFolder(folders, host);
  if ((await liveMounts()).includes(folder)) {
    await mustRun('umount', ['--lazy', folder]);
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await mustRun('mount', ['-t', 'tmpfs', '-o', `mode=755,size=${usualSize}`, mountSource, folder]);
}

/** Leaves so many bytes free on a host's disk, with or without power; undefined: as many as usual. */
export async function setFreeSpace(folders: FleetFolders, host: FleetHost, free?: number): Promise<void> {
  const folder = diskFolder(folders, host);
  const { blocks, bfree, bsize } = await statfs(folder);
  const size = free === undefined ? usualSize : (blocks - bfree) * bsize + free;
  await mustRun('mount', ['-o', `remount,size=${size}`, folder]);
}
