import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { ProgramResult } from '../support/muster.ts';
import { openUpgradeFleet, type UpgradeFleet, usual } from './upgrade-fleet.ts';

/** The fleet of a test file: up before its first test, down after its last. To be called while the file is read. */
export function fleetOfFile(clusters: number): UpgradeFleet {
  // Whole when the first test begins.
  const host = {} as UpgradeFleet;
  beforeAll(async () => {
    Object.assign(host, await openUpgradeFleet(clusters));
  }, 600_000);
  afterAll(() => host.close());
  return host;
}

/** Cluster 69, as new before each test of a file, and its upgrade through the proxies. */
export interface UpgradeOfFile {
  readonly host: UpgradeFleet;
  /** Who leads before the upgrade. */
  readonly leader: string;
  /** The replicas in the order they are upgraded. */
  readonly order: readonly [string, string];
  readonly first: string;
  readonly run: (env?: Readonly<Record<string, string>>) => Promise<ProgramResult>;
  readonly resume: (env?: Readonly<Record<string, string>>) => Promise<ProgramResult>;
  /** Goes on to the end, see `isUpgraded`. */
  readonly endsWell: (twice?: string) => Promise<void>;
  /**
   * Every node runs the new version and has its clients, and nothing was unpacked twice.
   * @param twice the node on which the first try was half unpacked
   */
  readonly isUpgraded: (twice?: string) => Promise<void>;
}

export const upgradeArgs: readonly string[] = [...usual, '@cluster:69'];
export const oldVersions: readonly string[] = ['15.18', '15.18', '15.18'];
export const newVersions: readonly string[] = ['15.20', '15.20', '15.20'];

/** Bytes of free space, enough to unpack the libraries and the client, not the server. */
export const roomForHalf = 30 * 1024 ** 2;

export function upgradeOfFile(): UpgradeOfFile {
  const host = fleetOfFile(1);
  let leader: string;
  let order: [string, string];
  beforeEach(async () => {
    leader = await host.reset();
    order = (await host.order(upgradeArgs)) as [string, string];
  }, 120_000);

  const resume = (env: Readonly<Record<string, string>> = {}) => host.muster(['upgrade', 'resume'], env);
  const isUpgraded = async (twice?: string): Promise<void> => {
    expect(await host.running('69')).toEqual(newVersions);
    for (const { name } of host.fleet.cluster('69').members) {
      const installs = name === twice ? 2 : 1;
      expect([name, await host.installs(name), await host.isDrained(name)]).toEqual([name, installs, false]);
      expect([name, await host.guard(name)]).toEqual([name, '']);
    }
  };
  return {
    host,
    get leader() {
      return leader;
    },
    get order() {
      return order;
    },
    get first() {
      return order[0];
    },
    run: (env = {}) => host.muster(['upgrade', 'run', '--yes', ...upgradeArgs], env),
    resume,
    isUpgraded,
    async endsWell(twice) {
      const done = await resume();
      expect(`${done.code} ${done.stdout}${done.stderr}`).toMatch(/^0 /);
      await isUpgraded(twice);
    },
  };
}
