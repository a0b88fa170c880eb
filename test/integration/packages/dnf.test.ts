import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askPackages, packageDriver, refreshCommand } from '../../../src/packages/ask-packages.ts';
import type { PackageFacts, PackageWish } from '../../../src/packages/package-driver.ts';
import { findTool } from '../../support/require-tool.ts';
import { type DnfSystem, openDnfSystem } from './dnf-system.ts';

const tools = [
  findTool('dnf', 'dnf dnf-plugins-core'),
  findTool('rpmbuild', 'rpm'),
  findTool('createrepo_c', 'createrepo-c'),
];
const canRun = process.getuid?.() === 0 && tools.every((tool) => tool !== undefined);

const driver = packageDriver('dnf');
const old = '15.18-1PGDG.rhel9';
const newer = '15.20-1PGDG.rhel9';
const names = ['postgresql15-libs', 'postgresql15-server'];
const changes = names.map((name) => ({ name, from: old, to: newer }));

let host: DnfSystem;

beforeAll(async () => {
  if (!canRun) return;
  host = await openDnfSystem(['15.18', '15.19', '15.20']);
  await host.run(`dnf -q -y install postgresql15-server-${old} postgresql15-libs-${old} other-tool-${old}`);
}, 300_000);

afterAll(async () => {
  await host?.close();
});

async function ask(wish: Partial<PackageWish> = {}): Promise<PackageFacts> {
  const whole = { major: '15', more: [], dataDirectory: '/var/lib/pgsql', ...wish };
  const facts = await askPackages(host.executor, 'node1', whole, new AbortController().signal);
  if (typeof facts === 'string') throw new Error(facts);
  return facts;
}

/** As `upgrade/` reads it. */
async function installed(): Promise<string[]> {
  return (await host.run(driver.installed(names))).split('\n');
}

describe.skipIf(!canRun)('packages by dnf', { timeout: 300_000 }, () => {
  test('facts: exact transitions, what comes along, the age of the lists; nothing else is touched', async () => {
    const facts = await ask();
    expect(facts).toMatchObject({
      manager: 'dnf',
      denied: null,
      problem: null,
      changes,
      added: [],
      removed: [],
      held: [],
      broken: null,
      automatic: false,
    });
    expect(facts.listsAge).toBeGreaterThanOrEqual(0);
    expect(facts.listsAge).toBeLessThan(3600);
    expect(facts.free.programs).toBeGreaterThan(0);
    expect((await ask({ more: ['other-tool'] })).changes.map(({ name }) => name).toSorted()).toEqual(
      ['other-tool', ...names].toSorted(),
    );
  });

  test('a target is taken exactly; one that is not on offer is a problem', async () => {
    expect((await ask({ target: '15.19' })).changes).toEqual(
      changes.map((change) => ({ ...change, to: '15.19-1PGDG.rhel9' })),
    );
    expect((await ask({ target: '15.30' })).problem).toMatch(/not on offer: postgresql15-/);
    const nothing = await ask({ target: '15.18' });
    expect([nothing.changes, nothing.problem]).toEqual([[], null]);
    const other = await ask({ major: '14' });
    expect([other.changes, other.problem]).toEqual([[], null]);
  });

  test('a lock on the version is a hold', async () => {
    await host.run(`dnf -q versionlock add postgresql15-server-${old}`);
    const facts = await ask();
    await host.run('dnf -q versionlock clear');
    expect([facts.held, facts.changes]).toEqual([['postgresql15-server'], []]);
  });

  test('installs what was downloaded and goes back to what was kept, without a repository', async () => {
    await host.run(driver.stage(changes));
    host.offer(false);
    expect(await installed()).toEqual(names.map((name) => `${name}\t${old}\tii`));
    await host.run(driver.install(changes));
    expect(await installed()).toEqual(names.map((name) => `${name}\t${newer}\tii`));
    expect(await host.run('/usr/pgsql-15/bin/postgres -V; cat /usr/pgsql-15/share/other')).toBe(
      'postgres (PostgreSQL) 15.20\n15.18',
    );
    // Again, as after a lost connection.
    await host.run(driver.install(changes));
    expect((await ask()).changes).toEqual([]);
    await host.run(driver.downgrade(changes));
    expect(await installed()).toEqual(names.map((name) => `${name}\t${old}\tii`));
    host.offer(true);
    await host.run(driver.unguard());
  });

  test('says what failed: a version that does not exist, old packages that were not kept, no cache, no repository', async () => {
    const wrong = changes.map((change) => ({ ...change, to: '15.30-1PGDG.rhel9' }));
    await expect(host.run(driver.stage(wrong))).rejects.toThrow(/Error: .*15\.30|No packages marked/);
    await host.run('rm -rf /var/cache/muster');
    await expect(host.run(driver.downgrade(changes))).rejects.toThrow(/no package postgresql15-libs-15\.18/);
    await host.run('rm -rf /var/cache/dnf/*');
    const facts = await ask();
    expect([facts.listsAge, facts.problem]).toEqual([null, expect.stringContaining('no cache')]);
    host.offer(false);
    await expect(host.run(refreshCommand())).rejects.toThrow(/Error: /);
    host.offer(true);
    await host.run(refreshCommand());
    expect((await ask()).changes).toEqual(changes);
  });
});
