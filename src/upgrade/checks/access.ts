import { readWindow } from '../../rolling/window.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { skewOf } from '../clock.ts';
import { type Check, known, type Objection, packagesByNode, refuse, warn } from './check.ts';

/** Seconds that the clocks of two members may differ by. */
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
      return [...silent, ...denied, ...clockObjections(facts)];
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

/**
 * Members against each other refuse, where it is sure whatever the answers took; this machine, whose clock opens the window and
 * dates the journal, is only told.
 */
function clockObjections({ clocks }: ClusterFacts): Objection[] {
  const readings = known(clocks);
  const pairs = readings.flatMap(([a, one], index) =>
    readings.slice(index + 1).map(([b, other]) => ({ a, b, ...skewOf(one, other) })),
  );
  const worst = pairs.toSorted((one, other) => other.least - one.least)[0];
  const unsure = pairs.find(({ most }) => most >= clockLimit);
  const here = readings.filter(([, { offset, within }]) => Math.abs(offset) - within >= clockLimit);
  const silent = [...clocks].flatMap(([node, answer]) =>
    typeof answer === 'string' ? [warn(`${node}: its clock is not known: ${answer}`)] : [],
  );
  if (worst !== undefined && worst.least >= clockLimit) {
    return [
      refuse(`the clocks of ${worst.a} and ${worst.b} differ by ${seconds(worst.least)} at least`),
      ...silent,
    ];
  }
  return [
    ...silent,
    ...(unsure === undefined
      ? []
      : [
          warn(
            `${unsure.a} and ${unsure.b} answered too slowly to compare their clocks: they differ by ${seconds(unsure.least)} to ${seconds(unsure.most)}`,
          ),
        ]),
    ...here.map(([node, { offset }]) =>
      warn(
        `the clock of ${node} is ${seconds(Math.abs(offset))} ${offset > 0 ? 'ahead of' : 'behind'} this machine's`,
      ),
    ),
  ];
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
