import { readWindow } from '../../rolling/window.ts';
import { type Check, packagesByNode, refuse, warn } from './check.ts';

/** Seconds. */
const clockLimit = 5;

export const accessChecks: readonly Check[] = [
  {
    id: 'P01',
    title: 'every node answers, gives root, and its clock is right',
    test(facts) {
      const silent = [...facts.packages].flatMap(([node, answer]) =>
        typeof answer === 'string' ? [refuse(`${node}: ${answer}`)] : [],
      );
      const denied = packagesByNode(facts).flatMap(([node, { denied: why }]) =>
        why === null ? [] : [refuse(`${node}: ${why}`)],
      );
      const clocks = facts.cluster.members.flatMap(({ facts: own }) => own?.now ?? []);
      const skew = clocks.length === 0 ? 0 : Math.max(...clocks) - Math.min(...clocks);
      // The answers themselves take some seconds on a busy fleet.
      return [
        ...silent,
        ...denied,
        ...(skew > clockLimit + 10 ? [warn(`clocks differ by ${Math.round(skew)} s`)] : []),
      ];
    },
  },
  {
    id: 'P32',
    title: 'the maintenance window is open',
    test(_facts, { window }, now) {
      if (window === undefined) return [];
      const open = readWindow(window);
      return open.isOpen(now) ? [] : [refuse(open.closedText(now))];
    },
  },
];
