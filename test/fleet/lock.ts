import { once } from 'node:events';
import { createServer } from 'node:net';

import { ExitCode, UserError } from '../../src/errors.ts';
import { fleetName } from './fleet-number.ts';

/**
 * Lets one process at a time change the fleet as a whole. The lock is a name in the kernel's abstract socket
 * namespace: it goes with the process that holds it, however that ends.
 */
export function withFleetLock<T>(work: () => Promise<T>): Promise<T> {
  return withLock(fleetName, work);
}

/** The same for what all fleets of this machine start from. */
export function withBuildLock<T>(work: () => Promise<T>): Promise<T> {
  return withLock('muster-test-fleet-build', work);
}

async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const server = createServer();
  server.listen(`\0${name}`);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new UserError('another process is changing the fleet', {
      code: 'FLEET_LOCKED',
      exitCode: ExitCode.locked,
      hint: 'Wait for it: build, up, snapshot, reset and down exclude each other.',
      cause: error,
    });
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}
