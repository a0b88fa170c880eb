import { lookAtMember } from '../../patroni/look-at-members.ts';
import { restartMember } from '../../patroni/restart.ts';
import { observeSwitchover, switchOver } from '../../patroni/switchover.ts';
import { patroniView } from '../../patroni/wait-healthy.ts';
import type { ClusterDriver } from './cluster-driver.ts';

/** Patroni, by its REST API. */
export const patroniDriver: ClusterDriver = {
  name: 'Patroni',
  ...patroniView,
  look: lookAtMember,
  restart: restartMember,
  restartsById: false,
  switchOver,
  // A leader that is seen leading on may be asked again, once more.
  findSwitchover: (order, tools) => observeSwitchover(order, tools, 'it was not begun', 15),
  logScript: () => `journalctl -q -n 30 -o short-iso -u 'patroni*' 2>/dev/null`,
  logHint: () => 'journalctl -u patroni',
  startHint: () => undefined,
};
