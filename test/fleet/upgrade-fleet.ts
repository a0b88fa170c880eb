import { spawn } from 'node:child_process';
import { musterProgram } from '../support/muster.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';

/** A fleet whose hosts know of the newer minor; clusters 69, 70, …; every proxy is named `lb69-1`, …. */
export interface UpgradeFleet extends TestFleet {
  /** Every host as new, its package lists fresh. Gives the leader of cluster 69. */
  reset(): Promise<string>;
  /** What each member of a cluster runs: `15.20`. */
  running(cluster: string): Promise<string[]>;
  /** The replicas of 69 in the order they are upgraded. */
  order(args: readonly string[]): Promise<string[]>;
  /** Whether a proxy leads clients away from the node; by its flag: a drained server that is down shows as DOWN. */
  isDrained(node: string): Promise<boolean>;
  /** How often PostgreSQL's packages were unpacked on the node. Debian's log names each time. */
  installs(node: string): Promise<number>;
  /** What is left of what keeps services from starting while packages change; empty: nothing. */
  guard(node: string): Promise<string>;
  /** Waits until an install of muster's waits for dpkg's lock. */
  installWaits(node: string): Promise<void>;
  /** Goes on with a run that was killed before an install, whose disk fills up while packages are unpacked. */
  resumeOnFullDisk(node: string, freeBytes: number): Promise<StartedEnd>;
  /** Starts muster and waits until it prints `text`; the end is to be awaited. */
  start(args: readonly string[], text: string): Promise<{ readonly end: Promise<StartedEnd> }>;
  /** Waits until muster itself finds the cluster well: to the fleet's own wait a drained member is not. */
  waitUntilOk(cluster?: string): Promise<void>;
}

export interface StartedEnd {
  readonly code: number | null;
  /** Both streams, as on a terminal. */
  readonly text: string;
}

/** `--node-timeout`: what is waited for in vain costs a test so long. */
export const usual = ['--proxies', '@haproxy', '--soak', '0', '--node-timeout', '30s'];

/** Holds dpkg's lock until `releaseDpkg`, as another apt-get would. */
export const holdDpkg = `setsid python3 -c "import fcntl,time; f=open('/var/lib/dpkg/lock-frontend','w'); fcntl.lockf(f,fcntl.LOCK_EX); time.sleep(900)" >/dev/null 2>&1 &
until python3 -c "import fcntl; fcntl.lockf(open('/var/lib/dpkg/lock-frontend','w'),fcntl.LOCK_EX|fcntl.LOCK_NB)" 2>&1 | grep -q BlockingIOError; do sleep 0.1; done`;
export const releaseDpkg = "pkill -f '[f]cntl,time'";

export async function openUpgradeFleet(clusters: number): Promise<UpgradeFleet> {
  const host = await openTestFleet({ clusters });
  const { fleet } = host;
  const members = fleet.plan.clusters.flatMap((cluster) => cluster.members);
  const refresh = () => Promise.all(members.map(({ name }) => fleet.exec(name, 'apt-get -qq update')));
  await refresh();
  const upgradeFleet: UpgradeFleet = {
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
    async order(args) {
      const { stdout } = await host.muster(['upgrade', 'plan', '--json', ...args]);
      const plan = JSON.parse(stdout) as { batches: { replicas: string[] }[][] };
      return plan.batches[0]![0]!.replicas;
    },
    async isDrained(node) {
      const ask = `echo 'show servers state replicas' | socat stdio /run/haproxy/admin.sock | awk '$4 == "${node}" { print $7 }'`;
      const { stdout } = await fleet.exec(`lb${node.slice(2).split('-')[0]}-1`, ask);
      return (Number(stdout.trim()) & 8) !== 0;
    },
    async installs(node) {
      const { stdout } = await fleet.exec(node, "grep -c ' upgrade postgresql-15:' /var/log/dpkg.log");
      return Number(stdout);
    },
    async guard(node) {
      const { stdout } = await fleet.exec(
        node,
        'ls -d /usr/sbin/policy-rc.d* /var/lib/muster/guard 2>/dev/null',
      );
      return stdout;
    },
    async installWaits(node) {
      await waitFor(`the install on ${node} waits`, { within: 20_000 }, async () => {
        const { stdout } = await fleet.exec(node, 'cat /var/lib/muster/jobs/*install*/out 2>/dev/null');
        return stdout.includes('frontend lock') || notYet(stdout);
      });
    },
    async resumeOnFullDisk(node, freeBytes) {
      await fleet.exec(node, holdDpkg);
      const { end } = await upgradeFleet.start(['upgrade', 'resume'], 'wait for its sessions to end: done');
      await upgradeFleet.installWaits(node);
      await fleet.setFreeSpace(node, freeBytes);
      await fleet.exec(node, releaseDpkg);
      return end;
    },
    async start(args, text) {
      const child = spawn(musterProgram, args, {
        env: { ...process.env, ...host.environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      let code: number | null | undefined;
      const end = new Promise<StartedEnd>((resolve) => {
        child.once('close', (status) => {
          code = status;
          resolve({ code: status, text: said });
        });
      });
      await waitFor(`muster says ${text}`, { within: 120_000 }, () => {
        if (said.includes(text)) return true;
        if (code !== undefined) throw new Error(`muster ended without: ${said}`);
        return notYet(said);
      });
      return { end };
    },
    async waitUntilOk(cluster = '69') {
      // A cable that was pulled: two time-outs of a minute until the replica streams again, the receiver's and the sender's.
      await waitFor('the cluster is well', { within: 180_000 }, async () => {
        const { stdout } = await host.muster(['cluster', 'status', `@cluster:${cluster}`]);
        return stdout.includes('\tok') || notYet(stdout);
      });
    },
  };
  return upgradeFleet;
}
