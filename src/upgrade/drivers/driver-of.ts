import type { Jobs } from '../../jobs/job.ts';
import type { UpgradeSettings } from '../settings.ts';
import type { ClusterPlan } from '../upgrade-spec.ts';
import type { ClusterDriver } from './cluster-driver.ts';
import { patroniDriver } from './patroni-driver.ts';
import { plainDriver } from './plain-driver.ts';

/** What manages the servers of a planned cluster. */
export function driverOf(
  { plain }: ClusterPlan,
  { promoteCommand }: UpgradeSettings,
  jobs: Jobs,
): ClusterDriver {
  return plain === undefined ? patroniDriver : plainDriver(plain, { jobs, promoteCommand });
}
