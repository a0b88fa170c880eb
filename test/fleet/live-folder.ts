import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';

import { UserError } from '../../src/errors.ts';
import { fleetName } from './fleet-number.ts';
import type { FleetFolders } from './folders.ts';
import { mustRun } from './program.ts';
import type { FleetShape } from './shape.ts';

/** How the fleet's tmpfs is called in the machine's mount table, wherever it is mounted. */
export const mountSource = fleetName;

/** Mounts the tmpfs that holds a fleet while it is up: its hosts' disks are memory, so fsync costs nothing. */
export async function mountLiveFolder(folders: FleetFolders): Promise<void> {
  await mkdir(folders.live, { recursive: true });
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'mode=755,size=75%', mountSource, folders.live]);
  for (const folder of [folders.layers, folders.snapshots, folders.hosts]) {
    await mkdir(folder);
  }
}

/** Unmounts what this or any earlier fleet mounted. */
export async function unmountLiveFolder(folders: FleetFolders): Promise<void> {
  for (const path of (await liveMounts()).reverse()) {
    // Lazily: a shell that stands in there must not keep the fleet from going down.
    await mustRun('umount', ['--lazy', path]);
  }
  await rm(folders.live, { recursive: true, force: true });
}

export async function liveMounts(): Promise<string[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  return table
    .split('\n')
    .filter((line) => line.includes(` - tmpfs ${mountSource} `))
    .map((line) => line.split(' ')[4]!);
}

/** The record is there exactly while the fleet is whole: every host has its disk. */
export async function writeShape(folders: FleetFolders, shape: FleetShape): Promise<void> {
  await writeFile(folders.shapeRecord, `${JSON.stringify(shape)}\n`);
}

export async function forgetShape(folders: FleetFolders): Promise<void> {
  await rm(folders.shapeRecord, { force: true });
}

export async function readShape(folders: FleetFolders): Promise<FleetShape | undefined> {
  try {
    return JSON.parse(await readFile(folders.shapeRecord, 'utf8')) as FleetShape;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** The shape of the fleet that is up; a mistake of the user when none is. */
export async function requireShape(folders: FleetFolders): Promise<FleetShape> {
  const shape = await readShape(folders);
  if (shape === undefined) {
    throw new UserError('no fleet is up', { code: 'FLEET_DOWN', hint: 'bin/node test/fleet/fleet.ts up' });
  }
  return shape;
}
