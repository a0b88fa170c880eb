import { describe, expect, it } from 'vitest';
import { apt } from '../../../src/packages/apt.ts';
import { readPackageFacts } from '../../../src/packages/read-facts.ts';

/** As apt 2.6.1 of Debian 12 prints it. */
const simulation = `NOTE: This is only a simulation!
Reading package lists...
The following packages will be upgraded:
  libpq5 postgresql-15 postgresql-client-15
Inst libpq5 [15.18-0+deb12u1] (15.20-0+deb12u1 localhost [amd64])
Inst postgresql-client-15:amd64 [15.18-0+deb12u1] (15.20-0+deb12u1 localhost [amd64]) [postgresql-15:amd64 ]
Inst libnew (1:2.0-1 localhost [all])
Remv oldthing [1.0]
Conf libpq5 (15.20-0+deb12u1 localhost [amd64])`;

function answer(parts: Readonly<Record<string, string>>): string {
  const all = {
    user: '0',
    now: '100000',
    manager: 'apt',
    lists: '90000\n40000',
    'simulation-code 0': '',
    ...parts,
    end: '',
  };
  return Object.entries(all)
    .map(([name, text]) => `\n#n ${name}\n${text}`)
    .join('\n');
}

describe('what apt says would happen', () => {
  it('is read package by package', () => {
    expect(readPackageFacts(answer({ simulation }), 'n', '15')).toMatchObject({
      changes: [
        { name: 'libpq5', from: '15.18-0+deb12u1', to: '15.20-0+deb12u1' },
        { name: 'postgresql-client-15', from: '15.18-0+deb12u1', to: '15.20-0+deb12u1' },
      ],
      added: ['libnew'],
      removed: ['oldthing'],
      listsAge: 10_000,
      problem: null,
      denied: null,
    });
  });

  it('is a problem in its own words', () => {
    const text = answer({ simulation: 'E: Held packages were changed', 'simulation-code 0': '' }).replace(
      'code 0',
      'code 100',
    );
    expect(readPackageFacts(text, 'n', '15')!.problem).toBe('Held packages were changed');
  });

  it('says who is in the way, what was edited, how much there is to download', () => {
    const facts = readPackageFacts(
      answer({
        user: '1000',
        locks: '/var/lib/dpkg/lock-frontend 4711',
        conffiles: '/etc/patroni/dcs.yml',
        uris: "'http://x/a.deb' a.deb 1000 SHA256:1\n'http://x/b.deb' b.deb 24 SHA256:2",
        free: '10\n-\n30',
      }),
      'n',
      '15',
    );
    expect(facts).toMatchObject({
      busy: '/var/lib/dpkg/lock-frontend is held by process 4711',
      editedFiles: ['/etc/patroni/dcs.yml'],
      download: 1024,
      free: { programs: 10, archives: null, data: 30 },
      denied: expect.stringContaining('sudo'),
    });
  });

  it.each([
    ['on', true],
    ['running apt-daily-upgrade.service', false],
    ['on\nbut postgresql-', true],
    ['on\nbut postgresql-\nbut patroni$', false],
    ['but postgresql-', false],
  ])('knows whether upgrades happen by themselves: %j', (automatic, expected) => {
    expect(readPackageFacts(answer({ automatic }), 'n', '15')!.automatic).toBe(expected);
  });

  it.each([
    ['a taken', true],
    ['a kept', false],
    ['i taken', false],
    ['unset taken', false],
  ])('knows whether needrestart restarts Patroni: %j', (needrestart, expected) => {
    expect(readPackageFacts(answer({ needrestart }), 'n', '15')!.needrestart).toBe(expected);
  });

  it('is nothing when the answer is cut', () => {
    expect(readPackageFacts('\n#n manager\napt\n', 'n', '15')).toBeUndefined();
  });
});

describe('the commands for apt', () => {
  const changes = [{ name: 'libpq5', from: '15.18-0+deb12u1', to: '15.20-0+deb12u1' }];

  it('pin exact versions and never upgrade anything else', () => {
    expect(apt.install(changes)).toContain("--only-upgrade 'libpq5=15.20-0+deb12u1'");
    expect(apt.install(changes)).not.toMatch(/apt-get .* upgrade\b/);
    expect(apt.stage(changes)).toContain("for package in 'libpq5=15.18-0+deb12u1'");
    expect(apt.downgrade(changes)).toContain("'libpq5_15.18-0+deb12u1_'");
  });
});
