import { describe, expect, it } from 'vitest';
import { readPackages } from '../../../src/versions/read-packages.ts';
import { readSections } from '../../../src/versions/sections.ts';

const read = (text: string) => readPackages(readSections(text, 'abc'));

describe('packages of RHEL and its like', () => {
  const installed = `#abc rpm
postgresql15-server\t(none):15.18-1PGDG.rhel9\tx86_64
haproxy\t0:2.8.14-1.el9\tx86_64
glibc\t(none):2.34-168.el9\tx86_64
`;

  it('have candidates where dnf lists newer ones, and their own version where it does not', () => {
    const list = read(`${installed}
#abc dnf

postgresql15-server.x86_64          15.20-1PGDG.rhel9          pgdg15
Obsoleting Packages
#abc dnf-rc 100

#abc dnf-held
haproxy-0:2.8.14-1.el9.*
#abc end
`).list;
    expect(list).toEqual([
      {
        name: 'postgresql15-server',
        installed: '15.18-1PGDG.rhel9',
        candidate: '15.20-1PGDG.rhel9',
        held: false,
        security: false,
      },
      { name: 'haproxy', installed: '2.8.14-1.el9', candidate: '2.8.14-1.el9', held: true, security: false },
      { name: 'glibc', installed: '2.34-168.el9', candidate: '2.34-168.el9', held: false, security: false },
    ]);
  });

  it('have unknown candidates when dnf has no cache', () => {
    const list = read(
      `${installed}\n#abc dnf\nCache-only enabled but no cache\n#abc dnf-rc 1\n\n#abc end\n`,
    ).list;
    expect(list.map(({ candidate }) => candidate)).toEqual([null, null, null]);
  });
});

describe('packages of Debian', () => {
  it('are held when dpkg says so, and removed ones do not count', () => {
    const { list, listsAt } = read(`#abc dpkg
hi \tpostgresql-15\t15.18-0+deb12u1
rc \tpostgresql-13\t13.9-0+deb11u1
un \tpostgresql-9.1\t

#abc apt-policy
postgresql-15:
  Installed: 15.18-0+deb12u1
  Candidate: (none)
  Version table:

#abc apt-lists
100
1700000000

#abc end
`);
    expect(list).toEqual([
      { name: 'postgresql-15', installed: '15.18-0+deb12u1', candidate: null, held: true, security: false },
    ]);
    expect(listsAt).toBe('2023-11-14T22:13:20Z');
  });
});

describe('a node without a package manager', () => {
  it('has no packages', () => {
    expect(read('#abc begin 1\n#abc end\n')).toEqual({ manager: null, listsAt: null, list: [] });
  });
});
