import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/errors.ts';
import { musterProgram, type ProgramResult, runProgram } from '../support/muster.ts';
import { build, type BuildRecord } from './build/build.ts';
import { type Fleet, openFleet } from './controller.ts';
import { down } from './down.ts';
import { type FleetFolders, fleetFolders } from './folders.ts';
import { liveMounts } from './live-folder.ts';
import { withBuildLock, withFleetLock } from './lock.ts';
import { silent } from './progress.ts';
import type { FleetShape } from './shape.ts';
import { up } from './up.ts';
import { notYet, waitFor } from './wait-for.ts';

/** A fleet of a test file's own, and muster on it. */
export interface TestFleet {
  readonly fleet: Fleet;
  readonly folders: FleetFolders;
  readonly built: BuildRecord;
  /** Where the file's journal is. */
  readonly state: string;
  /** What muster needs to find the fleet, and to write nothing elsewhere. */
  readonly environment: Readonly<Record<string, string>>;
  muster(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ProgramResult>;
  close(): Promise<void>;
}

/** Builds what hosts start from, if need be, and brings a fleet of the shape up; 1 cluster of 3 with a proxy by default. */
export async function openTestFleet(shape: Partial<FleetShape> = {}): Promise<TestFleet> {
  const folders = fleetFolders();
  if ((await liveMounts()).length > 0) {
    throw new Error('a fleet is up: take it down first (bin/node test/fleet/fleet.ts down)');
  }
  const built = await buildInTurn(folders);
  try {
    await withFleetLock(() =>
      up(folders, { clusters: 1, nodes: 3, proxies: 1, sync: false, ...shape }, silent),
    );
  } catch (error) {
    await withFleetLock(() => down(folders));
    throw error;
  }
  const fleet = await openFleet(folders);
  const state = mkdtempSync(join(tmpdir(), 'fleet-'));
  const environment = {
    MUSTER_SSH_CONFIG: folders.access.sshConfig,
    CLUSTERSHELL_CFGDIR: folders.access.clustershell,
    XDG_STATE_HOME: state,
    XDG_CONFIG_HOME: state,
  };
  return {
    fleet,
    folders,
    built,
    state,
    environment,
    muster: (args, env = {}) => runProgram(musterProgram, args, { env: { ...environment, ...env } }),
    async close() {
      rmSync(state, { recursive: true, force: true });
      await withFleetLock(() => down(folders));
    },
  };
}

/** Test files that begin at the same time all want what hosts start from. */
function buildInTurn(folders: FleetFolders): Promise<BuildRecord> {
  return waitFor('the hosts are built', { within: 500_000 }, async () => {
    try {
      return await withBuildLock(() => build(folders, silent));
    } catch (error) {
      if (error instanceof UserError && error.code === 'FLEET_LOCKED') return notYet(error.message);
      throw error;
    }
  });
}
