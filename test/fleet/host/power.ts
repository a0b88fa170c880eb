import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { UserError } from '../../../src/errors.ts';
import type { FleetFolders } from '../folders.ts';
import type { FleetHost } from '../shape.ts';
import { notYet, waitFor } from '../wait-for.ts';
import { isPlugged } from './cable.ts';
import { hostInit, killHostCgroup, makeHostCgroup, moveToKeepers } from './cgroup.ts';
import { lowerLayers } from './layers.ts';
import { connectHost, disconnectHost } from './switch.ts';

const bootScript = fileURLToPath(new URL('boot.sh', import.meta.url));

/** Starts a host that has no power; answers when its systemd has taken over (sshd comes a second later). */
export async function powerOn(folders: FleetFolders, host: FleetHost): Promise<void> {
  if ((await hostInit(host.name)) !== undefined) {
    return;
  }
  // Also clears what an interrupted start left.
  await killHostCgroup(host.name);
  await mkdir(`${folders.hosts}/${host.name}`, { recursive: true });
  const consoleFile = `${folders.hosts}/${host.name}/console.log`;
  const keeper = spawnKeeper(host, consoleFile, {
    group: await makeHostCgroup(host.name),
    lower: await lowerLayers(folders, host),
    layer: `${folders.layers}/${host.name}`,
    repository: folders.repository,
  });
  try {
    await bootHost(host, keeper, await isPlugged(folders, host));
  } catch (error) {
    await powerOff(host);
    throw new UserError(`${host.name} did not start\n${await readFile(consoleFile, 'utf8')}`, {
      code: 'FLEET_HOST',
      cause: error,
    });
  } finally {
    keeper.unref();
    for (const pipe of keeper.stdio) {
      pipe?.destroy();
    }
  }
}

/** As pulling the power cord: every process ends at once. What was written stays. */
export async function powerOff(host: FleetHost): Promise<void> {
  await killHostCgroup(host.name);
  await disconnectHost(host.name);
}

interface KeeperSettings {
  readonly group: string;
  readonly lower: string;
  readonly layer: string;
  readonly repository: string;
}

/** The process that makes the namespaces and stays as the parent of the host's init. */
function spawnKeeper(host: FleetHost, consoleFile: string, settings: KeeperSettings): ChildProcess {
  const output = openSync(consoleFile, 'w');
  const inGroup = 'echo $$ >"$1"; shift; exec "$@"';
  const unshare = 'unshare --mount --uts --ipc --net --pid --cgroup --fork'.split(' ');
  const keeper = spawn('sh', ['-c', inGroup, 'sh', settings.group, ...unshare, 'sh', bootScript], {
    detached: true,
    stdio: ['pipe', output, output, 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOST: host.name,
      ADDRESS: `${host.address}/24`,
      LOWER: settings.lower,
      LAYER: settings.layer,
      REPOSITORY: settings.repository,
    },
  });
  closeSync(output);
  return keeper;
}

/** Gives the waiting boot script its cable and its start signal, and waits until systemd has taken its place. */
async function bootHost(host: FleetHost, keeper: ChildProcess, plugged: boolean): Promise<void> {
  const gone = once(keeper, 'exit').then(() => Promise.reject(new Error('its first process has ended')));
  // Raced below; a keeper that ends later is the host's own end.
  gone.catch(() => undefined);
  await Promise.race([once(keeper.stdio[3]!, 'data', { signal: AbortSignal.timeout(20_000) }), gone]);
  const init = await hostInit(host.name);
  if (init === undefined) {
    throw new Error('its first process has ended');
  }
  await moveToKeepers(keeper.pid!);
  await connectHost(host, init, plugged);
  keeper.stdin!.write('go\n');
  const booted = waitFor(`${host.name} runs systemd`, { within: 20_000, every: 10 }, async () =>
    (await readFile(`/proc/${init}/comm`, 'utf8')) === 'systemd\n' ? true : notYet('still booting'),
  );
  await Promise.race([booted, gone]);
}
