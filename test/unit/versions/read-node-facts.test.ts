import { describe, expect, it } from 'vitest';
import { captureText, readCapture, readText } from './read-capture.ts';

describe('a Patroni member whose packages were upgraded while it ran', () => {
  const facts = readCapture('patroni-member-upgraded');

  it('runs the old version from a replaced program', () => {
    expect(facts.instances).toMatchObject([
      {
        major: '15',
        port: 5432,
        dataDirectory: '/var/lib/postgresql/15/main',
        program: '/usr/lib/postgresql/15/bin/postgres',
        running: '15.18',
        runningFrom: 'sql',
        installed: '15.20',
        replaced: true,
        role: 'standby',
        systemIdentifier: '7711610482352279651',
        checksums: true,
      },
    ]);
  });

  it('says what its Patroni is, in which cluster, with which members', () => {
    expect(facts.patroni).toEqual([
      {
        scope: 'pg69',
        name: null,
        running: '3.0.2',
        installed: '3.0.2',
        role: 'replica',
        state: 'running',
        serverVersion: '15.18',
        systemIdentifier: '7711610482352279651',
        timeline: 1,
        pendingRestart: false,
        pendingRestartReason: [],
        members: ['pg69-1', 'pg69-2', 'pg69-3'],
        paused: false,
      },
    ]);
  });

  it('knows its system and packages', () => {
    expect(facts.os).toEqual({ id: 'debian', version: '12.15', name: 'Debian 12' });
    expect(facts.packages.list.find(({ name }) => name === 'postgresql-15')).toEqual({
      name: 'postgresql-15',
      installed: '15.20-0+deb12u1',
      candidate: '15.20-0+deb12u1',
      held: false,
      security: false,
    });
    expect(facts.problems).toEqual([]);
  });

  it('answers probes, and null for one that failed', () => {
    expect(facts.probes).toEqual({ haproxy: '2.6.12-1+deb12u4', broken: null });
  });
});

describe('a server with findings of its own', () => {
  const facts = readCapture('debian-behind');

  it('shows candidates of the security repository', () => {
    expect(facts.packages.list.find(({ name }) => name === 'postgresql-15')).toEqual({
      name: 'postgresql-15',
      installed: '15.18-0+deb12u1',
      candidate: '15.20-0+deb12u1',
      held: false,
      security: true,
    });
  });

  it('shows settings that wait for a restart, mismatched collations, extensions and notes', () => {
    const [server] = facts.instances;
    expect(server!.pendingRestart).toEqual([
      { name: 'max_connections', from: '100', to: null },
      { name: 'wal_level', from: 'replica', to: null },
    ]);
    expect(server!.collations).toEqual([
      { database: 'a b', collation: null, recorded: '2.31', actual: null },
    ]);
    expect(server!.extensions).toEqual([
      { name: 'pg_stat_statements', version: '1.9', available: '1.10', databases: ['postgres'] },
      { name: 'plpgsql', version: '1.0', available: '1.0', databases: ['We"ird', 'a b', 'postgres'] },
    ]);
    expect(facts.problems).toEqual([]);
    expect(server!.notes).toEqual(['reindex-gist-interval']);
    expect(server!.databases).toEqual({ total: 3, seen: 3 });
  });
});

describe('a login without the right to become postgres', () => {
  const facts = readCapture('no-rights');

  it('gets what runs from Patroni', () => {
    expect(facts.instances).toMatchObject([
      { running: '15.18', runningFrom: 'patroni', installed: '15.18', replaced: null, extensions: null },
    ]);
  });

  it('says what it could not read', () => {
    expect(facts.problems).toEqual([
      'no right to become postgres (sudo -n -u postgres): asked as the login user',
      expect.stringMatching(/^PostgreSQL on process 112: psql: error: .* role "nobody" does not exist$/),
    ]);
  });
});

describe('a proxy', () => {
  it('has no server, and an HAProxy older than its program', () => {
    const facts = readCapture('proxy');
    expect(facts.instances).toEqual([]);
    expect(facts.patroni).toEqual([]);
    expect(facts.tools.find(({ name }) => name === 'haproxy')).toMatchObject({
      installed: '2.6.12',
      running: true,
      restartNeeded: true,
    });
  });
});

describe('a node whose server is down', () => {
  it('still has its packages and its system', () => {
    const facts = readCapture('stopped');
    expect(facts.instances).toEqual([]);
    expect(facts.packages.list.map(({ name }) => name)).toContain('postgresql-15');
    expect(facts.os?.name).toBe('Debian 12');
  });
});

describe('an answer that is cut', () => {
  const whole = captureText('patroni-member-upgraded');

  it('is a problem wherever it is cut, and never an error', () => {
    for (let length = 0; length < whole.length - 10; length += 97) {
      expect(readText(whole.slice(0, length)).problems).toContain(
        'the answer is cut: what is missing is not known',
      );
    }
  });
});

describe('text around the answer', () => {
  it('is left out: greetings of a login, and lines that look like marks of another run', () => {
    const facts = readText(`Welcome!\n#abd kernel\n9.9\n${captureText('stopped')}`);
    expect(facts).toEqual(readCapture('stopped'));
  });
});
