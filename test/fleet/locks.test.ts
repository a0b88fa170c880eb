import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquireLocks } from '../../src/locks/acquire-locks.ts';
import { breakLock } from '../../src/locks/break-lock.ts';
import type { HeldLocks, LockLost } from '../../src/locks/lock.ts';
import { createSshExecutor, type SshExecutor } from '../../src/ssh/executor.ts';
import type { Fleet } from './controller.ts';
import { openTestFleet, type TestFleet } from './open-test-fleet.ts';
import { notYet, waitFor } from './wait-for.ts';

const forever = new AbortController().signal;
const hosts = ['etcd1', 'pg69-1'];
let own: TestFleet;
let fleet: Fleet;
const open: SshExecutor[] = [];

beforeAll(async () => {
  own = await openTestFleet({ nodes: 1, proxies: 0 });
  ({ fleet } = own);
}, 600_000);

afterAll(async () => {
  for (const executor of open) await executor.close();
  await own.close();
});

function connect(user: string): SshExecutor {
  const executor = createSshExecutor({
    env: {},
    home: own.folders.live,
    localUser: 'nobody',
    configFile: own.folders.access.sshConfig,
    user,
    keepOpen: true,
    keepaliveMs: 2000,
  });
  open.push(executor);
  return executor;
}

function take(user: string, patienceMs = 0) {
  const owner = { who: user, from: 'test', work: 'work', since: '2026-11-26T00:00:00Z' };
  return acquireLocks(connect(user), hosts, 'fleet', owner, forever, { patienceMs, beatMs: 1000 });
}

async function held(user: string): Promise<HeldLocks> {
  const locks = await take(user, 5000);
  if (locks.kind !== 'held') throw new Error(`not held: ${JSON.stringify(locks)}`);
  return locks;
}

describe('locks on real hosts', () => {
  test.each(['root', 'admin', 'postgres'])('held as %s are seen by all others', async (user) => {
    const locks = await held(user);
    for (const other of ['root', 'admin', 'postgres']) {
      expect(await take(other)).toMatchObject({ kind: 'locked', node: 'etcd1', holder: { who: user } });
    }
    await locks.release();
  });

  test('held by a user without rights are taken away by one who has them', async () => {
    const locks = await held('postgres');
    expect(await breakLock(connect('admin'), 'etcd1', 'fleet', forever)).toMatchObject({
      kind: 'broken',
      holder: { who: 'postgres' },
    });
    await waitFor('the holder knows', { within: 20_000 }, async () =>
      locks.lost.aborted ? true : notYet('it holds'),
    );
    expect(locks.lost.reason).toMatchObject({ node: 'etcd1', isBroken: true });
    await locks.release();
    await (await held('root')).release();
  });

  test('behind a cable that was pulled are lost for the holder first, then free for others', async () => {
    const locks = await held('admin');
    await fleet.unplug('etcd1');
    await waitFor('the holder knows', { within: 60_000 }, async () =>
      locks.lost.aborted ? true : notYet('it holds'),
    );
    expect((locks.lost.reason as LockLost).node).toBe('etcd1');
    const isFree = async () =>
      (await fleet.exec('etcd1', 'flock -n /run/lock/muster-fleet.lock true')).code === 0;
    expect(await isFree()).toBe(false);
    await waitFor('the node lets go', { within: 120_000 }, async () =>
      (await isFree()) ? true : notYet('held'),
    );
    await fleet.plug('etcd1');
    await locks.release();
    await (await held('root')).release();
  });

  test('are gone after the host restarted', async () => {
    const locks = await held('root');
    await fleet.stop('pg69-1');
    await fleet.start('pg69-1');
    await waitFor('the holder knows', { within: 60_000 }, async () =>
      locks.lost.aborted ? true : notYet('it holds'),
    );
    expect(locks.lost.reason).toMatchObject({ node: 'pg69-1', isBroken: false });
    await locks.release();
    await (await held('admin')).release();
  });
});
