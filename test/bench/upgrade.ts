/**
 * A rolling upgrade against what it replaces, on one fleet in one run, so that only ratios count. As root:
 *
 *     bin/node test/bench/upgrade.ts wall [ROUNDS] [MBIT]  two clusters of three: by hand (clush -f 1, apt-get, patronictl), one after the
 *                                                          other and both at once, and by muster; MBIT: each host gets packages so fast
 *     bin/node test/bench/upgrade.ts gap [ROUNDS]          no write was possible: a bare patronictl switchover and an upgrade's
 */
import { databasePassword } from '../fleet/roles/patroni.ts';
import { openUpgradeFleet } from '../fleet/upgrade-fleet.ts';
import { notYet, waitFor } from '../fleet/wait-for.ts';
import { limitDownloads } from './limit-downloads.ts';
import { switchOverByHand, upgradeByHand } from './upgrade-by-hand.ts';
import { startWriters, type WriteGaps } from './write-gaps.ts';

process.env['PGPASSWORD'] = databasePassword;
const [what = 'wall', rounds = '3', mbit] = process.argv.slice(2);
const host = await openUpgradeFleet(what === 'gap' ? 1 : 2);
try {
  await (what === 'gap' ? gap(Number(rounds)) : wall(Number(rounds)));
} finally {
  await host.close();
}

async function wall(count: number): Promise<void> {
  const ratios: number[] = [];
  const { fleet } = host;
  const clusters = fleet.plan.clusters.map(({ name }) => name);
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    'by hand': async () => {
      for (const name of clusters) await upgradeByHand(fleet, name);
    },
    'both by hand at once': () => Promise.all(clusters.map((name) => upgradeByHand(fleet, name))),
    'muster (--soak 0)': () => upgrade(['@patroni']),
  };
  for (let round = 1; round <= count; round += 1) {
    const took: number[] = [];
    for (const act of Object.values(ways)) {
      await host.reset();
      if (mbit !== undefined) await limitDownloads(fleet, Number(mbit));
      await fleet.waitForFleet();
      took.push(await seconds(act));
      await expectNew();
    }
    ratios.push(took[2]! / took[0]!);
    const words = Object.keys(ways).map((way, index) => `${way} ${took[index]!.toFixed(1)} s`);
    say(`${words.join(', ')}: ratio to by hand ${ratios.at(-1)!.toFixed(2)}`);
  }
  say(`median ratio ${median(ratios).toFixed(2)} of ${count}`);
}

async function gap(count: number): Promise<void> {
  const seen = { bare: [] as WriteGaps[], upgrade: [] as WriteGaps[] };
  for (let round = 1; round <= count; round += 1) {
    await host.reset();
    await host.fleet.waitForFleet();
    const measure = {
      bare: () => switchOverByHand(host.fleet, '69'),
      upgrade: () => upgrade(['@cluster:69']),
    };
    // Which comes first matters as little as can be.
    for (const kind of round % 2 === 0 ? (['bare', 'upgrade'] as const) : (['upgrade', 'bare'] as const)) {
      const writers = await startWriters(host.fleet, '69');
      await measure[kind]();
      await host.fleet.waitForFleet();
      const gaps = await writers.stop();
      seen[kind].push(gaps);
      say(`round ${round} ${kind}: ${words(gaps)}`);
    }
  }
  for (const by of ['proxy', 'direct'] as const) {
    const [bare, upgraded] = [seen.bare, seen.upgrade].map((some) => median(some.map((one) => one[by].ms)));
    say(
      `${by}: bare ${bare} ms, upgrade ${upgraded} ms (medians of ${count}): ratio ${(upgraded! / bare!).toFixed(2)}`,
    );
  }
}

function words(gaps: WriteGaps): string {
  return (['proxy', 'direct'] as const)
    .map((by) => `${by} ${gaps[by].ms} ms in ${gaps[by].count}`)
    .join(', ');
}

async function upgrade(nodes: readonly string[]): Promise<void> {
  const done = await host.muster([
    'upgrade',
    'run',
    '--yes',
    '--proxies',
    '@haproxy',
    '--soak',
    '0',
    ...nodes,
  ]);
  if (done.code !== 0) throw new Error(`${done.stdout}${done.stderr}`);
  if (process.env['MUSTER_BENCH_STEPS'] !== undefined) say(done.stdout);
}

async function expectNew(): Promise<void> {
  await waitFor('everybody runs the new minor', { within: 30_000 }, async () => {
    const clusters = host.fleet.plan.clusters.map(({ name }) => host.running(name));
    const versions = (await Promise.all(clusters)).flat();
    return versions.every((version) => version === '15.20') || notYet(versions.join(' '));
  });
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
