import { expect, test } from 'vitest';
import type { ProgramResult } from '../support/muster.ts';
import { newestJournal } from './journal-lines.ts';
import { oldVersions, roomForHalf, upgradeOfFile } from './upgrade-of-file.ts';

const upgrade = upgradeOfFile();
const { host, run, resume, endsWell } = upgrade;

/** What is so when packages did not fit: nothing but the packages of one node was touched, and that is not left alone. */
async function expectNoRoom(
  { code, stdout }: Pick<ProgramResult, 'code' | 'stdout'>,
  why: string,
): Promise<void> {
  const { first, leader, order } = upgrade;
  expect([code, stdout]).toEqual([4, expect.stringMatching(`stopped: ${first}: ${why}`)]);
  expect(stdout).toContain(
    `Make room on ${first} (what was left half done is ended when the run goes on); then muster upgrade resume.\n`,
  );
  expect(await host.running('69')).toEqual(oldVersions);
  expect(await host.fleet.leader('69')).toBe(leader);
  expect(await host.guard(first)).toBe('');
  for (const node of [order[1], leader]) expect([node, await host.installs(node)]).toEqual([node, 0]);
  // It is well, and so are its clients on it.
  for (const node of [...order, leader]) expect([node, await host.isDrained(node)]).toEqual([node, false]);
}

/** Tries of a step on the first replica and how they ended, by the journal. */
function tries(step: string): string[] {
  return newestJournal(host.state)
    .filter((line) => line.node === upgrade.first && line.step === step && line.undo !== true)
    .map(({ type, attempt, result }) => `${attempt} ${result ?? type}`);
}

test('a disk that fills up while packages are unpacked: the old server runs on; with room the run ends', async () => {
  const { first } = upgrade;
  const { fleet } = host;
  const started = () => fleet.sql(first, 'select pg_postmaster_start_time()');
  await run({ MUSTER_DIE_AT: 'before-intent:5' });
  const before = await started();
  const { code, text } = await host.resumeOnFullDisk(first, roomForHalf);

  await expectNoRoom({ code, stdout: text }, 'install .*No space left on device');
  expect(await started()).toBe(before);
  // Half-way: the server's package was begun, and cannot be configured.
  expect(await host.installs(first)).toBe(1);
  const { stdout: broken } = await fleet.exec(first, "dpkg-query -W -f='${db:Status-Abbrev}' postgresql-15");
  expect(broken).toMatch(/^iHR/);
  expect(tries('install')).toEqual(['1 intent', '1 failed']);

  await fleet.setFreeSpace(first);
  await endsWell(first);
  expect(tries('install')).toEqual(['1 intent', '1 failed', '2 intent', '2 done']);
  expect([tries('stage'), tries('restart')]).toEqual([
    ['1 intent', '1 done'],
    ['1 intent', '1 done'],
  ]);
  const audit = await fleet.exec(first, 'dpkg --audit');
  expect([audit.code, audit.stdout]).toEqual([0, '']);
});

test("a disk so full that a step's job has no place: nothing is begun there; with room the run ends", async () => {
  const { first } = upgrade;
  const { fleet } = host;
  const noPlace = 'cannot write to /var/lib/muster/jobs: No space left on device';
  const jobs = async () => (await fleet.exec(first, 'ls -A /var/lib/muster/jobs 2>/dev/null')).stdout;
  await run({ MUSTER_DIE_AT: 'before-intent:1' });
  // A job of before: else the folder could not be made.
  await fleet.exec(first, 'mkdir -p -m 700 /var/lib/muster/jobs');
  await fleet.setFreeSpace(first, 0);
  await expectNoRoom(await resume(), `download packages.*: ${noPlace}`);
  expect(await jobs()).toBe('');

  await fleet.setFreeSpace(first);
  await resume({ MUSTER_DIE_AT: 'before-intent:3' });
  expect([await host.isDrained(first), tries('stage'), tries('install')]).toEqual([
    true,
    ['1 intent', '1 failed', '2 intent', '2 done'],
    [],
  ]);
  const placed = await jobs();
  await fleet.setFreeSpace(first, 0);
  await expectNoRoom(await resume(), `install .*: ${noPlace}`);
  expect([await jobs(), await host.installs(first)]).toEqual([placed, 0]);

  await fleet.setFreeSpace(first);
  await endsWell();
  expect(tries('install')).toEqual(['1 intent', '1 failed', '2 intent', '2 done']);
});
