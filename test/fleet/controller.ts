import { type AccessFiles, type FleetFolders, fleetFolders } from './folders.ts';
import { isPlugged, plugHost, unplugHost } from './host/cable.ts';
import { hostInit } from './host/cgroup.ts';
import { setFreeSpace } from './host/disk.ts';
import { enterHost } from './host/enter.ts';
import { powerOff, powerOn } from './host/power.ts';
import { requireShape } from './live-folder.ts';
import { withFleetLock } from './lock.ts';
import { mustRun, type ProgramOptions, type ProgramResult, runProgram } from './program.ts';
import { type Progress, silent } from './progress.ts';
import {
  findCluster,
  findHost,
  findPlain,
  type FleetCluster,
  type FleetHost,
  type FleetPlan,
  planFleet,
} from './shape.ts';
import { reset, type ResetOptions, snapshot } from './snapshot.ts';
import { clusterLeader, waitForCluster } from './state/cluster-health.ts';
import { waitForFleet, waitForSsh } from './state/fleet-health.ts';
import { type FleetStatus, fleetStatus } from './state/fleet-status.ts';
import { type MemberState, memberState } from './state/member.ts';
import { patroniRest, type RestAnswer, type RestRequest } from './state/patroni-rest.ts';
import { waitForPlain } from './state/plain-health.ts';
import { type ProxyPools, proxyPools } from './state/proxy.ts';

/**
 * The running fleet, for tests. Hosts and clusters are named (`pg69-1`, `69`); an unknown name is a UserError.
 * Times are milliseconds. Nothing here sleeps: what takes time is awaited by looking, up to a deadline.
 */
export interface Fleet {
  readonly plan: FleetPlan;
  readonly access: AccessFiles;
  cluster(name: string): FleetCluster;
  host(name: string): FleetHost;
  status(): Promise<FleetStatus>;

  /** Runs a shell command as root in the host, past its network and sshd. Any exit code is data. */
  exec(host: string, command: string, options?: ProgramOptions): Promise<ProgramResult>;
  /** Logs in with the real ssh; default user root. */
  ssh(
    host: string,
    command: string,
    options?: ProgramOptions & { readonly user?: string },
  ): Promise<ProgramResult>;

  /** Asks the host's own server as its superuser, past the network; answers psql's unaligned text, throws on errors. */
  sql(host: string, statement: string): Promise<string>;

  hasPower(host: string): Promise<boolean>;
  /** Ends every process at once, as pulling the power cord. */
  stop(host: string): Promise<void>;
  /** Answers when sshd takes logins (at once when the cable is out). */
  start(host: string): Promise<void>;
  unplug(host: string): Promise<void>;
  plug(host: string): Promise<void>;

  /** Leaves so many bytes free on the host's disk; without a number as many as usual. */
  setFreeSpace(host: string, bytes?: number): Promise<void>;

  /** Remembers the (healthy) fleet as it is, for `reset`. */
  snapshot(): Promise<number>;
  /** Every host as of the last snapshot, or as new; answers when all are healthy. */
  reset(options?: ResetOptions): Promise<void>;

  /** Undefined while there is none; throws when two members say they are. */
  leader(cluster: string): Promise<string | undefined>;
  /** What the host's own Patroni says; undefined when it does not answer. */
  member(host: string): Promise<MemberState | undefined>;
  patroniRest(host: string, path: string, request?: RestRequest): Promise<RestAnswer | undefined>;
  proxyPools(host: string): Promise<ProxyPools | undefined>;
  /** Waits until one member leads and all others stream (and the proxies know); answers the leader. */
  waitForCluster(cluster: string, within?: number): Promise<string>;
  /** Waits until a cluster without Patroni has one primary and all others stream; answers the primary. */
  waitForPlain(plain: string, within?: number): Promise<string>;
  /** The same for all clusters, and sshd on all hosts. */
  waitForFleet(within?: number): Promise<string[]>;
}

/** Opens the fleet that is up (in the folder MUSTER_FLEET_DIR names); a UserError when none is. */
export async function openFleet(
  folders: FleetFolders = fleetFolders(),
  progress: Progress = silent,
): Promise<Fleet> {
  const plan = planFleet(await requireShape(folders));
  const host = (name: string): FleetHost => findHost(plan, name);
  const cluster = (name: string): FleetCluster => findCluster(plan, name);

  return {
    plan,
    access: folders.access,
    cluster,
    host,
    status: () => fleetStatus(folders, plan),

    async exec(name, command, options) {
      const [program, ...args] = await enterHost(host(name).name, command);
      return runProgram(program!, args, options);
    },
    ssh: (name, command, { user = 'root', ...options } = {}) =>
      runProgram('ssh', ['-F', folders.access.sshConfig, '-l', user, host(name).name, command], options),

    async sql(name, statement) {
      const psql = 'cd / && exec runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -f -';
      const [program, ...args] = await enterHost(host(name).name, psql);
      const answer = await mustRun(program!, args, { stdin: statement });
      return answer.trimEnd();
    },

    hasPower: async (name) => (await hostInit(host(name).name)) !== undefined,
    stop: (name) => powerOff(host(name)),
    async start(name) {
      await powerOn(folders, host(name));
      if (isPlugged(folders, host(name))) {
        await waitForSsh(host(name));
      }
    },
    unplug: (name) => unplugHost(folders, host(name)),
    plug: (name) => plugHost(folders, host(name)),

    setFreeSpace: (name, bytes) => setFreeSpace(folders, host(name), bytes),

    snapshot: () => withFleetLock(() => snapshot(folders, plan, progress)),
    reset: (options) => withFleetLock(() => reset(folders, plan, progress, options)),

    leader: (name) => clusterLeader(cluster(name)),
    member: (name) => memberState(host(name)),
    patroniRest: (name, path, request) => patroniRest(host(name), path, request),
    proxyPools: (name) => proxyPools(host(name)),
    waitForCluster: (name, within) => waitForCluster(cluster(name), plan.shape.sync, within),
    waitForPlain: (name, within) => waitForPlain(findPlain(plan, name), within),
    waitForFleet: (within) => waitForFleet(plan, within),
  };
}
