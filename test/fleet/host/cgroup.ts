import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';

import { UserError } from '../../../src/errors.ts';
import { fleetName } from '../fleet-number.ts';
import { notYet, waitFor } from '../wait-for.ts';

/**
 * Every process of a host lives in a control group of its own, so the kernel itself knows which they are:
 * nothing has to be remembered, and nothing of it can be stale after a crash.
 */
const fleetGroup = fleetName;
/** Where the processes wait that hold the hosts' namespaces open; a host's name has no dot. */
const keepersGroup = '.keepers';

/** The fleet's folder in the machine's cgroup2 tree (also there beside a v1 hierarchy). */
async function fleetCgroup(): Promise<string> {
  for (const line of (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')) {
    const [mount, source] = line.split(' - ');
    const path = mount!.split(' ')[4];
    if (source?.startsWith('cgroup2 ') === true && path !== undefined) {
      return `${path}/${fleetGroup}`;
    }
  }
  throw new UserError('no cgroup2 file system is mounted on this machine', {
    hint: 'mkdir -p /sys/fs/cgroup/unified && mount -t cgroup2 none /sys/fs/cgroup/unified',
  });
}

/** Makes a host's group; answers its folder. */
export function makeHostCgroup(host: string): Promise<string> {
  return makeGroup(host);
}

/** The keepers' own group: a host's systemd takes the host's group for the whole tree, so nobody else may be in it. */
export function makeKeepersCgroup(): Promise<string> {
  return makeGroup(keepersGroup);
}

async function makeGroup(name: string): Promise<string> {
  const group = `${await fleetCgroup()}/${name}`;
  await mkdir(group, { recursive: true });
  return group;
}

/** The host's pid 1, by its number on this machine; undefined when the host has no power. */
export async function hostInit(host: string): Promise<number | undefined> {
  const group = `${await fleetCgroup()}/${host}`;
  // systemd moves itself into init.scope as its first act.
  for (const file of [`${group}/init.scope/cgroup.procs`, `${group}/cgroup.procs`]) {
    for (const pid of (await readIfThere(file)).split('\n').filter(Boolean)) {
      if (await isInit(pid)) {
        return Number(pid);
      }
    }
  }
  return undefined;
}

/**
 * The same once its systemd has taken over. Until then it is the boot script, which still sees the machine's own
 * files: nothing may be run in such a host.
 */
export async function bootedInit(host: string): Promise<number | undefined> {
  const init = await hostInit(host);
  const program = init === undefined ? '' : await readIfThere(`/proc/${init}/comm`);
  return program === 'systemd\n' ? init : undefined;
}

async function isInit(pid: string): Promise<boolean> {
  const status = await readIfThere(`/proc/${pid}/status`);
  const numbers = status.match(/^NSpid:\s*(.+)$/m)?.[1]?.split(/\s+/) ?? [];
  return numbers.length > 1 && numbers.at(-1) === '1';
}

/** Ends every process of a host at once and waits until the last is gone. */
export async function killHostCgroup(host: string): Promise<void> {
  await killGroup(`${await fleetCgroup()}/${host}`);
}

/** The same for all hosts there may be, known or left over, and for their keepers. */
export async function killFleetCgroup(): Promise<void> {
  await killGroup(await fleetCgroup());
}

async function killGroup(group: string): Promise<void> {
  await waitFor(`the processes in ${group} are gone`, { within: 20_000, every: 10 }, async () => {
    try {
      await writeFile(`${group}/cgroup.kill`, '1');
      await removeGroup(group);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Gone already, or some of them still end.
      return code === 'ENOENT' ? true : code === 'EBUSY' ? notYet('some live') : Promise.reject(error);
    }
  });
}

async function removeGroup(group: string): Promise<void> {
  for (const child of await subfolders(group)) {
    await removeGroup(`${group}/${child}`);
  }
  await rmdir(group);
}

async function subfolders(group: string): Promise<string[]> {
  try {
    const entries = await readdir(group, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

/** Empty when it is gone: a process may end between two looks (ESRCH while it does). */
async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '')) {
      return '';
    }
    throw error;
  }
}
