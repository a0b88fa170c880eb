import { UserError } from '../../../src/errors.ts';
import { bootedInit } from './cgroup.ts';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The command line that runs a shell command as root inside a host, past its network and sshd.
 * It starts from a clean environment in the host's own /root.
 */
export async function enterHost(host: string, command: string): Promise<string[]> {
  const init = await bootedInit(host);
  if (init === undefined) {
    throw new UserError(`${host} has no power, or is just booting`, {
      hint: `Start it: fleet.ts start ${host}`,
    });
  }
  const inside = `nsenter -t ${init} -m -u -i -n -p -C -r -w`;
  const clean = `env -i HOME=/root USER=root LANG=C.UTF-8 PATH=${path} TERM=${process.env['TERM'] ?? 'dumb'}`;
  return [...inside.split(' '), ...clean.split(' '), 'sh', '-c', `cd\n${command}`];
}
