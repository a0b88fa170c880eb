import { agreeOnLeader } from '../../haproxy/pools.ts';
import { pooled } from '../members.ts';
import { type Check, refuse, replicasOf, warn } from './check.ts';

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
    title: 'no node to be touched is a proxy',
    test({ cluster }, { proxies }) {
      const both = cluster.nodes.filter((node) => proxies.includes(node));
      return both.map((node) => warn(`${node} is a proxy, too: see that it holds no virtual address`));
    },
  },
];
