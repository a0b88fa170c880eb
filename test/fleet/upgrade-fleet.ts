import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProgramResult, runProgram } from '../support/muster.ts';
import { build } from './build/build.ts';
import { type Fleet, openFleet } from './controller.ts';
import { down } from './down.ts';
import { fleetFolders } from './folders.ts';
import { withBuildLock, withFleetLock } from './lock.ts';
import { silent } from './progress.ts';
import { up } from './up.ts';

/** A fleet whose package lists are fresh, and muster on it. */
export interface UpgradeFleet {
  readonly fleet: Fleet;
  /** Where this test's journal is. */
  readonly state: string;
  /** What muster needs to find the fleet. */
  readonly environment: Readonly<Record<string, string>>;
  muster(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ProgramResult>;
  /** What each member of a cluster runs: `15.20`. */
  running(cluster: string): Promise<string[]>;
  close(): Promise<void>;
}

const dev = new URL('../../bin/dev.js', import.meta.url).pathname;

export async function openUpgradeFleet(clusters: number): Promise<UpgradeFleet> {
  const folders = fleetFolders();
  await withBuildLock(() => build(folders, silent));
  await withFleetLock(() => up(folders, { clusters, nodes: 3, proxies: 1, sync: false }, silent));
  const fleet = await openFleet(folders);
  const members = fleet.plan.clusters.flatMap((cluster) => cluster.members);
  await Promise.all(members.map(({ name }) => fleet.exec(name, 'apt-get -qq update')));
  await fleet.snapshot();
  await fleet.waitForFleet();
  const state = mkdtempSync(join(tmpdir(), 'upgrade-'));
  const environment = {
    MUSTER_SSH_CONFIG: folders.access.sshConfig,
    CLUSTERSHELL_CFGDIR: folders.access.clustershell,
    XDG_STATE_HOME: state,
    XDG_CONFIG_HOME: state,
  };
  return {
    fleet,
    state,
    environment,
    muster: (args, env = {}) =>
      runProgram(process.execPath, [dev, ...args], {
        env: { ...environment, ...env },
      }),
    running: (cluster) =>
      Promise.all(
        fleet
          .cluster(cluster)
          .members.map(({ name }) =>
            fleet.sql(name, 'show server_version').then((text) => text.split(' ')[0]!),
          ),
      ),
    async close() {
      rmSync(state, { recursive: true, force: true });
      await withFleetLock(() => down(folders));
    },
  };
}
