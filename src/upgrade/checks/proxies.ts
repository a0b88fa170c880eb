import { agreeOnLeader } from '../../haproxy/pools.ts';
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
        ...(enough ? [] : [refuse(`a proxy has ${readers} replicas for reading: draining one leaves none`)]),
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
