/**
 * The same upgrade of two clusters of three by hand (clush -f 1, apt-get, patronictl) and by muster, one after the other on
 * one fleet, so that only the ratio counts. As root: bin/node test/bench/upgrade.ts
 */
import { runProgram } from '../support/muster.ts';
import type { Fleet } from '../fleet/controller.ts';
import { openUpgradeFleet } from '../fleet/upgrade-fleet.ts';
import { notYet, waitFor } from '../fleet/wait-for.ts';

const host = await openUpgradeFleet(2);
try {
  const byHand = await seconds(() => upgradeByHand(host.fleet));
  await expectNew();
  await host.reset();
  const musterRun = (soak: string) => () =>
    host.muster(['upgrade', 'run', '--yes', '--proxies', '@haproxy', '--soak', soak, '@patroni']);
  const byMuster = await seconds(musterRun('0'));
  await expectNew();
  const ratio = (byMuster / byHand).toFixed(2);
  process.stdout.write(
    `by hand ${byHand.toFixed(0)} s, muster ${byMuster.toFixed(0)} s (--soak 0): ratio ${ratio}\n`,
  );
} finally {
  await host.close();
}

async function upgradeByHand(fleet: Fleet): Promise<void> {
  for (const { name, members } of fleet.plan.clusters) {
    const leader = (await fleet.leader(name))!;
    const replicas = members.map((member) => member.name).filter((member) => member !== leader);
    const scope = `pg${name}`;
    for (const node of [...replicas, leader]) {
      if (node === leader) {
        await ssh(
          fleet,
          replicas[0]!,
          `patronictl -c /etc/patroni/config.yml switchover ${scope} --master ${leader} --candidate ${replicas[0]} --force`,
        );
        await fleet.waitForCluster(name);
      }
      const apt = 'DEBIAN_FRONTEND=noninteractive apt-get -y -q install --only-upgrade postgresql-15';
      const clush = await runProgram('clush', ['-f', '1', '-w', node, apt], {
        env: { CLUSTERSHELL_CFGDIR: fleet.access.clustershell },
      });
      if (clush.code !== 0) throw new Error(clush.stderr);
      await ssh(fleet, node, `patronictl -c /etc/patroni/config.yml restart ${scope} ${node} --force`);
      await fleet.waitForCluster(name);
    }
  }
}

async function ssh(fleet: Fleet, node: string, command: string): Promise<void> {
  const { code, stderr } = await fleet.ssh(node, command);
  if (code !== 0) throw new Error(`${node}: ${command}: ${stderr}`);
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function expectNew(): Promise<void> {
  await waitFor('everybody runs the new minor', { within: 30_000 }, async () => {
    const versions = [...(await host.running('69')), ...(await host.running('70'))];
    return versions.every((version) => version === '15.20') || notYet(versions.join(' '));
  });
}
