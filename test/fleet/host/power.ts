import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { UserError } from '../../../src/errors.ts';
import type { FleetFolders } from '../folders.ts';
import type { FleetHost } from '../shape.ts';
import { notYet, waitFor } from '../wait-for.ts';
import { pulledMark } from './cable.ts';
import { bootedInit, hostInit, killHostCgroup, makeHostCgroup, makeKeepersCgroup } from './cgroup.ts';
import { diskFolder } from './disk.ts';
import { lowerLayers } from './layers.ts';
import { disconnectHost, hardwareAddress, switchNamespace } from './switch.ts';

const keeperScript = fileURLToPath(new URL('keeper.sh', import.meta.url));
const bootScript = fileURLToPath(new URL('boot.sh', import.meta.url));

/**
 * Starts a host that has no power; answers when its systemd has taken over (sshd comes a second later).
 * From then on the host may reboot by itself, as a machine does; after `poweroff` it stays off.
 */
export async function powerOn(folders: FleetFolders, host: FleetHost): Promise<void> {
  if ((await hostInit(host.name)) !== undefined) {
    return;
  }
  // Also clears what an interrupted start left.
  await powerOff(host);
  await mkdir(`${folders.hosts}/${host.name}`, { recursive: true });
  const consoleFile = `${folders.hosts}/${host.name}/console.log`;
  const keeper = await spawnKeeper(folders, host, consoleFile);
  try {
    await waitFor(`${host.name} runs systemd`, { within: 60_000, every: 10 }, async () => {
      if (keeper.exitCode !== null) {
        throw new Error('its first process has ended');
      }
      return (await bootedInit(host.name)) !== undefined ? true : notYet('still booting');
    });
  } catch (error) {
    await powerOff(host);
    throw new UserError(`${host.name} did not start\n${await readFile(consoleFile, 'utf8')}`, {
      code: 'FLEET_HOST',
      cause: error,
    });
  }
}

/** As pulling the power cord: every process ends at once. What was written stays. */
export async function powerOff(host: FleetHost): Promise<void> {
  await killHostCgroup(host.name);
  await disconnectHost(host.name);
}

/** The process that makes the namespaces and stays as the parent of the host's init. */
async function spawnKeeper(
  folders: FleetFolders,
  host: FleetHost,
  consoleFile: string,
): Promise<ChildProcess> {
  const env = {
    PATH: process.env['PATH'],
    HOST: host.name,
    ADDRESS: `${host.address}/24`,
    HARDWARE_ADDRESS: hardwareAddress(host),
    LOWER: await lowerLayers(folders, host),
    LAYER: diskFolder(folders, host),
    REPOSITORY: folders.repository,
    SWITCH: switchNamespace,
    UNPLUGGED: pulledMark(folders, host),
    GROUP: await makeHostCgroup(host.name),
    KEEPERS: await makeKeepersCgroup(),
    BOOT: bootScript,
  };
  const output = openSync(consoleFile, 'w');
  const join = 'echo 0 >"$KEEPERS/cgroup.procs" && KEEPER=$$ exec sh "$0"';
  const keeper = spawn('sh', ['-c', join, keeperScript], {
    detached: true,
    stdio: ['ignore', output, output],
    env,
  });
  closeSync(output);
  keeper.unref();
  return keeper;
}
