import { openTestFleet, type TestFleet } from './open-test-fleet.ts';

/** A fleet whose hosts know of the newer minor. */
export interface UpgradeFleet extends TestFleet {
  /** What each member of a cluster runs: `15.20`. */
  running(cluster: string): Promise<string[]>;
  /** Every host as new, its package lists fresh. Gives the leader of cluster 69. */
  reset(): Promise<string>;
}

export async function openUpgradeFleet(clusters: number): Promise<UpgradeFleet> {
  const host = await openTestFleet({ clusters });
  const { fleet } = host;
  const members = fleet.plan.clusters.flatMap((cluster) => cluster.members);
  const refresh = () => Promise.all(members.map(({ name }) => fleet.exec(name, 'apt-get -qq update')));
  await refresh();
  return {
    ...host,
    async reset() {
      await fleet.reset({ asNew: true });
      await refresh();
      return fleet.waitForCluster('69');
    },
    running: (cluster) =>
      Promise.all(
        fleet
          .cluster(cluster)
          .members.map(({ name }) =>
            fleet.sql(name, 'show server_version').then((text) => text.split(' ')[0]!),
          ),
      ),
  };
}
