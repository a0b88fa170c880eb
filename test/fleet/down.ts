import type { FleetFolders } from './folders.ts';
import { killFleetCgroup } from './host/cgroup.ts';
import { removeSwitch } from './host/switch.ts';
import { unmountLiveFolder } from './live-folder.ts';

/**
 * Ends every host and removes all the fleet made outside its cache: processes, control groups, network, mounts.
 * It asks the kernel what there is, not a record, so it also clears up after a crash; idempotent.
 */
export async function down(folders: FleetFolders): Promise<void> {
  await killFleetCgroup();
  await removeSwitch();
  await unmountLiveFolder(folders);
}
