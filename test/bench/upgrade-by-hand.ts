import type { Fleet } from '../fleet/controller.ts';
import { runProgram } from '../support/muster.ts';

const patronictl = 'patronictl -c /etc/patroni/config.yml';

/** What a careful person types for a cluster, without a pause for thought: replicas, switchover, the old leader. */
export async function upgradeByHand(fleet: Fleet, cluster: string): Promise<void> {
  const { members, scope } = fleet.cluster(cluster);
  const leader = (await fleet.leader(cluster))!;
  const replicas = members.map((member) => member.name).filter((member) => member !== leader);
  for (const node of [...replicas, leader]) {
    if (node === leader) await switchOverByHand(fleet, cluster);
    const apt = 'DEBIAN_FRONTEND=noninteractive apt-get -y -q install --only-upgrade postgresql-15';
    const clush = await runProgram('clush', ['-f', '1', '-w', node, apt], {
      env: { ...process.env, CLUSTERSHELL_CFGDIR: fleet.access.clustershell },
    });
    if (clush.code !== 0) throw new Error(clush.stderr);
    await ssh(fleet, node, `${patronictl} restart ${scope} ${node} --force`);
    await fleet.waitForCluster(cluster);
  }
}

export async function switchOverByHand(fleet: Fleet, cluster: string): Promise<void> {
  const { members, scope } = fleet.cluster(cluster);
  const leader = (await fleet.leader(cluster))!;
  const candidate = members.find(({ name }) => name !== leader)!.name;
  await ssh(
    fleet,
    candidate,
    `${patronictl} switchover ${scope} --master ${leader} --candidate ${candidate} --force`,
  );
  await fleet.waitForCluster(cluster);
}

async function ssh(fleet: Fleet, node: string, command: string): Promise<void> {
  const { code, stderr } = await fleet.ssh(node, command);
  if (code !== 0) throw new Error(`${node}: ${command}: ${stderr}`);
}
