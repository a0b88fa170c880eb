import type { Cluster, ClusterMember } from './cluster.ts';

/** Something about a cluster that a person should know; `error`: it is not safe, `warning`: it is not usual. */
export interface Concern {
  readonly level: 'error' | 'warning';
  readonly text: string;
}

export const usualMaxLag = 16 * 1024 * 1024;

/** Judges a cluster. Nothing to say: exactly one leader takes writes, everybody else streams on its timeline, closely. */
export function judgeCluster(cluster: Cluster, maxLag: number = usualMaxLag): Concern[] {
  const concerns: Concern[] = [];
  const error = (text: string) => concerns.push({ level: 'error', text });
  const warn = (text: string) => concerns.push({ level: 'warning', text });
  const leaders = cluster.members.filter(({ role }) => role === 'leader' || role === 'standby_leader');
  if (leaders.length === 0) error('no leader');
  if (leaders.length > 1) error(`several leaders: ${leaders.map(({ name }) => name).join(', ')}`);
  const writable = cluster.members.filter(({ facts }) => facts?.checks.primary === 200);
  if (writable.length > 1)
    error(`several members take writes: ${writable.map(({ name }) => name).join(', ')}`);
  const { leader } = cluster;
  if (leader?.facts && leader.role === 'leader' && leader.facts.checks.primary !== 200) {
    error(`leader ${leader.name} takes no writes: ${leader.facts.state}`);
  }
  for (const member of cluster.members)
    for (const concern of judgeMember(member, cluster, maxLag)) concerns.push(concern);
  if (
    cluster.synchronous.on &&
    !cluster.members.some(({ role }) => role.endsWith('_standby') && role !== 'standby_leader')
  ) {
    (cluster.synchronous.strict ? error : warn)('synchronous mode, and no synchronous standby');
  }
  if (cluster.paused) warn('paused: no failover happens');
  if (cluster.scheduledSwitchover !== null)
    warn(`a switchover is scheduled: ${cluster.scheduledSwitchover.at ?? '?'}`);
  if (cluster.members.some(({ facts }) => facts?.failsafe === true))
    error('failsafe mode: the consensus store is away');
  return concerns;
}

function judgeMember(member: ClusterMember, cluster: Cluster, maxLag: number): Concern[] {
  const { name, facts, seen } = member;
  const found: Concern[] = [];
  const error = (text: string) => found.push({ level: 'error', text: `${name} ${text}` });
  const warn = (text: string) => found.push({ level: 'warning', text: `${name} ${text}` });
  if (facts === null) warn('was not asked: it is not among the nodes chosen, or does not answer');
  else if (seen === null && facts.cluster !== null) error('is not in the cluster it says it is in');
  const leads = member === cluster.leader;
  if (!leads && member.role !== 'leader') {
    const state = facts?.state ?? seen?.state ?? 'unknown';
    if (state !== 'running' && state !== 'streaming') error(`is ${state}`);
    else if (!member.streaming) error('does not stream');
    if (facts?.server?.replayPaused === true) error('has its replay paused');
    if (member.lag !== null && member.lag > maxLag) error(`lags by ${bytes(member.lag)}`);
    if (cluster.timeline !== null && member.timeline !== null && member.timeline !== cluster.timeline) {
      error(`is on timeline ${member.timeline}, the leader on ${cluster.timeline}`);
    }
  }
  if (facts?.pendingRestart === true) {
    const names = facts.pendingReasons.map((reason) => `${reason.name} ${reason.from} → ${reason.to}`);
    warn(`waits for a restart${names.length === 0 ? '' : ` (${names.join(', ')})`}`);
  }
  if (facts?.replaced === true && facts.serverInstalled !== facts.serverVersion) {
    warn(`runs ${facts.serverVersion ?? '?'} with ${facts.serverInstalled ?? '?'} installed`);
  }
  if (facts?.patroniVersion && facts.patroniInstalled && facts.patroniVersion !== facts.patroniInstalled) {
    warn(`runs Patroni ${facts.patroniVersion} with ${facts.patroniInstalled} installed`);
  }
  if (facts?.scheduledRestart === true) warn('has a scheduled restart');
  if (facts?.watchdogFailed === true) error('has no watchdog');
  for (const problem of facts?.problems ?? []) error(`says: ${problem}`);
  return found;
}

/** `16 MB`; PostgreSQL's units are powers of 1024. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}
