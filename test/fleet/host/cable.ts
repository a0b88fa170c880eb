import { statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';

import type { FleetFolders } from '../folders.ts';
import type { FleetHost } from '../shape.ts';
import { hostInit } from './cgroup.ts';
import { setPort } from './switch.ts';

/** A cable that was pulled stays out while the host is off: hence a file, not only the port's state. */
export function pulledMark(folders: FleetFolders, host: FleetHost): string {
  return `${folders.hosts}/${host.name}/unplugged`;
}

export function isPlugged(folders: FleetFolders, host: FleetHost): boolean {
  return statSync(pulledMark(folders, host), { throwIfNoEntry: false }) === undefined;
}

/** Pulls the host's network cable; with or without power. */
export async function unplugHost(folders: FleetFolders, host: FleetHost): Promise<void> {
  await mkdir(`${folders.hosts}/${host.name}`, { recursive: true });
  await writeFile(pulledMark(folders, host), '');
  if ((await hostInit(host.name)) !== undefined) {
    await setPort(host.name, 'down');
  }
}

export async function plugHost(folders: FleetFolders, host: FleetHost): Promise<void> {
  await rm(pulledMark(folders, host), { force: true });
  if ((await hostInit(host.name)) !== undefined) {
    await setPort(host.name, 'up');
  }
}
