import type { ProxyAnswer } from '../../haproxy/ask-proxy.ts';
import { agreeOnLeader, isAnswer, linesOfMember, type PooledMember } from '../../haproxy/pools.ts';
import { pooled } from '../members.ts';
import { type Check, known, type Objection, refuse, replicasOf, warn } from './check.ts';

export const proxyChecks: readonly Check[] = [
  {
    id: 'P28',
    title: 'every proxy sends writes to the leader alone, and has readers to spare',
    beforeSwitchover: true,
    test(facts, { proxies }) {
      const { cluster } = facts;
      if (proxies.length === 0 || cluster.leader === null) return [];
      if (facts.proxies.length === 0) return [warn('no proxy knows this cluster')];
      const members = cluster.members.map(pooled);
      const { problems, readers } = agreeOnLeader(
        facts.proxies,
        members,
        members.find(({ name }) => name === cluster.leader!.name)!,
      );
      const enough = replicasOf(facts).length < 2 || readers === null || readers >= 2;
      return [
        ...problems.map(refuse),
        ...(enough
          ? []
          : [
              refuse(
                `a proxy has ${readers} ${readers === 1 ? 'replica' : 'replicas'} for reading: draining one leaves none${drainedText(facts.proxies, members)}`,
              ),
            ]),
      ];
    },
  },
  {
    id: 'P29',
    title: 'each virtual address is held by one node',
    test({ addresses }) {
      const nodes = known(addresses);
      const virtual = new Set(nodes.flatMap(([, one]) => one.virtual));
      const silent = [...addresses].flatMap(([node, answer]) =>
        typeof answer === 'string' ? [warn(`${node}: its addresses are not known: ${answer}`)] : [],
      );
      return [
        ...silent,
        ...[...virtual].flatMap((address): Objection[] => {
          const holders = nodes.filter(([, { held }]) => held.includes(address)).map(([node]) => node);
          if (holders.length > 1) {
            return [refuse(`the virtual address ${address} is held by ${holders.join(' and ')} at a time`)];
          }
          if (holders.length === 1) return [];
          return [
            refuse(
              `the virtual address ${address} is held by none of ${nodes.map(([node]) => node).join(', ')} (were all proxies named?)`,
            ),
          ];
        }),
      ];
    },
  },
];

/** Who led readers away, a person or an upgrade whose machine was lost, may not know any more: HAProxy does. */
function drainedText(proxies: readonly ProxyAnswer[], members: readonly PooledMember[]): string {
  const drained = proxies.filter(isAnswer).flatMap((answer) =>
    members.flatMap((member) =>
      linesOfMember(answer, member)
        .filter((line) => line.drained)
        .map(
          ({ backend, server }) =>
            `on ${answer.proxy} ${backend}/${server} is drained (muster upgrade abort, or to its runtime socket: set server ${backend}/${server} state ready)`,
        ),
    ),
  );
  return drained.map((text) => `; ${text}`).join('');
}
