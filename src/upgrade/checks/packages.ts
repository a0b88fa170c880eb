import type { PackageFacts } from '../../packages/package-driver.ts';
import { bytes } from '../../patroni/health.ts';
import { pgMajor, pgVersionOfPackage } from '../../versions/pg-version.ts';
import { patroniPackage } from '../patroni-after.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { serverPackage, targetOf } from '../collect-facts.ts';
import { compareVersions } from '../../versions/compare-versions.ts';
import { type Check, type Objection, packagesByNode, refuse, warn } from './check.ts';

const dayS = 86_400;
const dataRoom = 2 * 1024 ** 3;

/** What a server package may take along. */
const usual =
  /^(?:postgresql-(?:client-|doc-|plperl-|plpython3-|pltcl-|server-dev-)?\d|postgresql\d|postgresql(?:-server|-contrib|-private-libs)?$|libpq|libecpg|libpgtypes|postgresql-(?:client-)?common$)/;

/** Nodes that would stay older than the others: their repository does not answer, or is another one. */
function leftBehind(facts: ClusterFacts, wanted: string | undefined): Objection[] {
  const { members } = facts.cluster;
  const versions = [targetOf(facts.packages), ...members.map((member) => member.facts?.serverInstalled)];
  const target =
    wanted ??
    versions
      .filter((version) => typeof version === 'string')
      .toSorted(compareVersions)
      .at(-1);
  if (target === undefined) return [];
  return packagesByNode(facts).flatMap(([node, { changes }]) => {
    const installed = members.find((member) => member.node === node)?.facts?.serverInstalled;
    if (typeof installed !== 'string' || compareVersions(installed, target) >= 0) return [];
    if (changes.some(({ name }) => serverPackage.test(name))) return [];
    return [
      refuse(`${node} has ${installed} and is offered nothing newer, the others get ${target} (--refresh)`),
    ];
  });
}

export const packageChecks: readonly Check[] = [
  {
    id: 'P16',
    title: 'package lists are fresh, every node is offered the same',
    test(facts, settings) {
      const nodes = packagesByNode(facts);
      const old = nodes.flatMap(([node, { listsAge }]) => {
        if (listsAge !== null && listsAge < dayS) return [];
        const text =
          listsAge === null
            ? 'it has no package lists of known age'
            : `its package lists are ${Math.round(listsAge / 3600)} hours old`;
        return [refuse(`${node}: ${text} (--refresh brings new ones)`)];
      });
      // By package: a node may have some of them already.
      const offers = Map.groupBy(
        nodes.flatMap(([node, { changes }]) =>
          changes.filter(({ name }) => usual.test(name)).map(({ name, to }) => ({ node, name, to })),
        ),
        ({ name }) => name,
      );
      const differ = [...offers].flatMap(([name, some]) => {
        const versions = [...Map.groupBy(some, ({ to }) => to)];
        if (versions.length === 1) return [];
        const words = versions.map(([to, ones]) => `${to} on ${ones.map(({ node }) => node).join(',')}`);
        return [refuse(`nodes are offered different versions of ${name}: ${words.join('; ')}`)];
      });
      const majors = nodes.flatMap(([node, { changes }]) =>
        changes
          .filter(
            ({ name, from, to }) =>
              usual.test(name) &&
              /^postgresql-\d+$/.test(name) &&
              pgMajor(pgVersionOfPackage(from) ?? '') !== pgMajor(pgVersionOfPackage(to) ?? ''),
          )
          .map(({ name }) => refuse(`${node}: ${name} would change its major version`)),
      );
      return [...old, ...differ, ...leftBehind(facts, settings.target), ...majors];
    },
  },
  {
    id: 'P17',
    title: 'the package manager would change just what was asked',
    test(facts, { packages, includePatroni }) {
      const asked = new Set([...packages, ...(includePatroni ? [patroniPackage] : [])]);
      return packagesByNode(facts).flatMap(([node, { problem, removed, added, changes, held, manager }]) => [
        ...(problem === null ? [] : [refuse(`${node}: ${problem}`)]),
        ...removed.map((name) => refuse(`${node}: ${name} would be removed`)),
        ...added.map((name) => refuse(`${node}: ${name} would be newly installed`)),
        ...changes
          .filter(({ name }) => !usual.test(name) && !asked.has(name) && !/^(?:libc6|libicu)/.test(name))
          .map(({ name }) => refuse(`${node}: ${name} would change too (--packages ${name} allows it)`)),
        ...held
          .filter((name) => usual.test(name) || asked.has(name))
          .map((name) => refuse(`${node}: ${name} is on hold (${unholdCommand(manager)} ${name})`)),
      ]);
    },
  },
  {
    id: 'P19',
    title: 'the package database is whole and free',
    test(facts) {
      return packagesByNode(facts).flatMap(([node, one]) => [
        ...(one.broken === null ? [] : [refuse(`${node}: ${brokenWords(one, one.broken)}`)]),
        ...(one.busy === null ? [] : [refuse(`${node}: ${one.busy}`)]),
      ]);
    },
  },
  {
    id: 'P20',
    title: 'no configuration file was edited that the packages bring',
    test(facts) {
      return packagesByNode(facts).flatMap(([node, { editedFiles }]) =>
        editedFiles.map((file) => warn(`${node}: ${file} was edited and is kept`)),
      );
    },
  },
  {
    id: 'P21',
    title: 'the distribution starts no server of its own',
    test(facts) {
      return packagesByNode(facts).flatMap(([node, { strayServers }]) =>
        strayServers.map((file) =>
          refuse(`${node}: ${file} says auto: the package would start a second server`),
        ),
      );
    },
  },
  {
    id: 'P22',
    title: 'nothing else restarts services',
    test(facts) {
      return packagesByNode(facts).flatMap(([node, { guarded, automatic, needrestart }]) => [
        ...(guarded ? [warn(`${node}: there is a policy-rc.d already; it is put back afterwards`)] : []),
        ...(automatic ? [warn(`${node}: automatic upgrades are on, for PostgreSQL and Patroni, too`)] : []),
        ...(needrestart
          ? [
              warn(
                `${node}: needrestart restarts Patroni after any upgrade of a library (autobase #1440): $nrconf{override_rc}{qr(^patroni)} = 0 keeps it`,
              ),
            ]
          : []),
      ]);
    },
  },
  {
    id: 'P27',
    title: 'the C library and ICU stay',
    test(facts) {
      return packagesByNode(facts).flatMap(([node, { changes }]) =>
        changes
          .filter(({ name }) => /^(?:libc6|libicu\d+|glibc)$/.test(name))
          .map(({ name, from, to }) =>
            refuse(`${node}: ${name} ${from} → ${to} can change collations, and with them indexes`),
          ),
      );
    },
  },
  {
    id: 'P30',
    title: 'there is room',
    test(facts) {
      return packagesByNode(facts).flatMap(([node, { free, download }]) => {
        const need = Math.max(64 * 1024 ** 2, 3 * (download ?? 0));
        return [
          ...(free.programs !== null && free.programs < need
            ? [refuse(`${node}: ${bytes(free.programs)} free for programs, ${bytes(need)} needed`)]
            : []),
          ...(free.archives !== null && free.archives < need
            ? [refuse(`${node}: ${bytes(free.archives)} free for downloads, ${bytes(need)} needed`)]
            : []),
          ...(free.data !== null && free.data < Math.min(dataRoom, need * 4)
            ? [refuse(`${node}: ${bytes(free.data)} free for data`)]
            : []),
        ];
      });
    },
  },
];

/** What half a run left is mended by the next one, with services kept from starting; by hand they would be restarted. */
function brokenWords(
  { manager, changes }: PackageFacts,
  { said, half, unconfigured }: NonNullable<PackageFacts['broken']>,
): string {
  if (manager !== 'apt') return `its package database is broken: ${said} (dnf check)`;
  if (half.length > 0) {
    const names = half.join(' ');
    return half.every((name) => changes.some((change) => change.name === name))
      ? `half installed: ${names}; an upgrade unpacks them anew (--waive 'P19=half installed')`
      : `half installed: ${names} (apt-get install --reinstall ${names})`;
  }
  const what = unconfigured.length > 0 ? `not configured: ${unconfigured.join(' ')}` : said;
  return `dpkg is interrupted: ${what} (dpkg --configure -a)`;
}

function unholdCommand(manager: PackageFacts['manager']): string {
  return manager === 'apt' ? 'apt-mark unhold' : 'dnf versionlock delete';
}
