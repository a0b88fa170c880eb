import { describe, expect, test } from 'vitest';
import type { PackageFacts } from '../../../src/packages/package-driver.ts';
import { packageChecks } from '../../../src/upgrade/checks/packages.ts';
import type { ClusterFacts } from '../../../src/upgrade/cluster-facts.ts';
import type { UpgradeSettings } from '../../../src/upgrade/settings.ts';

type Offered = Readonly<Record<string, string>>;

/** What a check says of nodes; `broken` is of the first. */
function objections(id: string, nodes: readonly Offered[], broken: PackageFacts['broken'] = null): string[] {
  const packages = nodes.map((offered, index) => {
    const changes = Object.entries(offered).map(([name, to]) => ({ name, from: '15.18-1', to }));
    const own = { manager: 'apt', listsAge: 1, busy: null, broken: index === 0 ? broken : null, changes };
    return [`n${index + 1}`, own as unknown as PackageFacts] as const;
  });
  const facts = { cluster: { members: [] }, packages: new Map(packages) } as unknown as ClusterFacts;
  const check = packageChecks.find((one) => one.id === id)!;
  return check.test(facts, {} as UpgradeSettings, new Date()).map(({ level, text }) => `${level}: ${text}`);
}

const all: Offered = { libpq5: '15.20-1', 'postgresql-15': '15.20-1' };

describe('P16', () => {
  test('a node that has some of the packages already is offered the same', () => {
    expect(objections('P16', [all, all, { 'postgresql-15': '15.20-1' }])).toEqual([]);
  });

  test('other versions are refused, by package', () => {
    expect(objections('P16', [all, { ...all, 'postgresql-15': '15.19-1' }, all])).toEqual([
      'refuse: nodes are offered different versions of postgresql-15: 15.20-1 on n1,n3; 15.19-1 on n2',
    ]);
  });
});

describe('P19', () => {
  const broken = (half: readonly string[], unconfigured: readonly string[] = []) => ({
    said: 'The following packages …',
    half,
    unconfigured,
  });

  test.each([
    [
      broken(['postgresql-15'], ['libc-bin']),
      "n1: half installed: postgresql-15; an upgrade unpacks them anew (--waive 'P19=half installed')",
    ],
    [
      broken(['postgresql-15', 'nginx']),
      'n1: half installed: postgresql-15 nginx (apt-get install --reinstall postgresql-15 nginx)',
    ],
    [
      broken([], ['libpq5', 'libc-bin']),
      'n1: dpkg is interrupted: not configured: libpq5 libc-bin (dpkg --configure -a)',
    ],
    [broken([]), 'n1: dpkg is interrupted: The following packages … (dpkg --configure -a)'],
  ])('names what is broken and what mends it: %o', (found, words) => {
    expect(objections('P19', [all, all], found)).toEqual([`refuse: ${words}`]);
  });
});
