import type { MemberFacts } from '../../patroni/member.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { patroniAfter } from '../patroni-after.ts';
import { type Check, packagesByNode, refuse } from './check.ts';

interface Versions {
  readonly name: string;
  readonly running: string;
  /** After the upgrade. */
  readonly after: string;
  readonly facts: MemberFacts;
}

export const patroniChecks: readonly Check[] = [
  {
    id: 'P31',
    title: 'the Patronis go together, and run what is installed',
    test(facts, { includePatroni }) {
      const members = versionsOf(facts, includePatroni);
      const isFour = ({ running, after, facts: { patroniInstalled } }: Versions) =>
        [running, after, patroniInstalled ?? ''].some((version) => Number(version.split('.')[0]) >= 4);
      // Patroni 4 says `primary` where 3.0 and older only know `master` (releases.rst, 4.0.0).
      const old = members.filter(({ running }) => /^(?:[12]\.|3\.0)/.test(running));
      const mixed = members.some(isFour) && old.length > 0;
      return [
        ...(mixed
          ? [
              refuse(
                `Patroni 4 beside one older than 3.1 (${old.map(({ name }) => name).join(', ')}): go to 3.3 first`,
              ),
            ]
          : []),
        ...members
          .filter(({ running, facts: { patroniInstalled } }) => (patroniInstalled ?? running) !== running)
          .filter(({ facts: { node } }) => !includePatroni || node === null)
          .map(({ name, running, facts: { patroniInstalled } }) =>
            refuse(
              `${name} runs Patroni ${running}, installed is ${patroniInstalled}: restart it first, or --include-patroni`,
            ),
          ),
        ...members
          .filter(({ running, after, facts: { patroniUnit } }) => after !== running && patroniUnit === null)
          .map(({ name }) => refuse(`${name}: Patroni is no service of systemd: how is it restarted?`)),
      ];
    },
  },
];

function versionsOf(facts: ClusterFacts, includePatroni: boolean): Versions[] {
  const packages = new Map(packagesByNode(facts));
  return facts.cluster.members.flatMap(({ name, node, facts: own }) => {
    if (own?.patroniVersion == null) return [];
    const changes = packages.get(node ?? '')?.changes ?? [];
    const after = includePatroni ? patroniAfter(own, changes) : undefined;
    return [{ name, running: own.patroniVersion, after: after ?? own.patroniVersion, facts: own }];
  });
}
