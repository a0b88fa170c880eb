import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newestJournal } from '../fleet/journal-lines.ts';
import { musterProgram } from '../support/muster.ts';
import { openUpgradeFleet, type UpgradeFleet } from '../fleet/upgrade-fleet.ts';

/** How many kills, over as many upgrades as that takes; the seed gives the same waits again. */
const wanted = Number(process.env['MUSTER_NIGHTLY_KILLS'] ?? 50);
const seed = Number(process.env['MUSTER_NIGHTLY_SEED'] ?? Date.now() % 1_000_000);
/** Milliseconds; an upgrade of three nodes takes a minute. */
const longestMs = 20_000;

let host: UpgradeFleet;

/** Numbers from 0 up to 1 (mulberry32). */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs muster and kills it after some time, with all it had in hand, unless it ended before. */
async function killAfter(
  ms: number,
  words: readonly string[],
): Promise<{ code: number | null; text: string }> {
  const child = spawn(musterProgram, words, {
    env: { ...process.env, ...host.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = new AbortController();
  void delay(ms, undefined, { signal: stop.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  const code = await ended;
  stop.abort();
  return { code, text };
}

describe.skipIf(process.getuid?.() !== 0)('an upgrade on real hosts', () => {
  beforeAll(async () => {
    host = await openUpgradeFleet(1);
  }, 600_000);
  afterAll(async () => {
    await host.close();
  });

  it(`killed at random times, ${wanted} kills, seed ${seed}: the same end, no step twice`, async () => {
    const random = createRandom(seed);
    const { fleet } = host;
    const kills = new Map<string, number>();
    let count = 0;
    while (count < wanted) {
      await host.reset();
      const args = ['--soak', '0', ...(random() < 0.5 ? ['--proxies', '@haproxy'] : []), '@cluster:69'];
      const members = fleet.cluster('69').members.map(({ name }) => name);
      const config = () =>
        Promise.all(members.map((name) => fleet.exec(name, 'cat /etc/patroni/config.yml')));
      const before = await config();
      let begun = false;
      for (;;) {
        const words = begun ? ['upgrade', 'resume'] : ['upgrade', 'run', '--yes', ...args];
        const { code, text } = await killAfter(count < wanted ? random() * longestMs : 600_000, words);
        begun ||= text.includes('run 2');
        if (code === 0) break;
        if (code !== null) throw new Error(`seed ${seed}, kill ${count}: exit ${code}\n${text}`);
        count += 1;
        const last = newestJournal(host.state).findLast(({ type }) => type === 'intent' || type === 'result');
        const place = begun && last !== undefined ? `${last.step} ${last.type}` : 'before the run';
        kills.set(place, (kills.get(place) ?? 0) + 1);
      }
      await fleet.waitForFleet();
      expect(await host.running('69')).toEqual(['15.20', '15.20', '15.20']);
      expect((await config()).map(({ stdout }) => stdout)).toEqual(before.map(({ stdout }) => stdout));
      for (const name of members)
        expect([await host.installs(name), await host.isDrained(name)]).toEqual([1, false]);
      const starts = await Promise.all(
        members.map((name) =>
          fleet.exec(name, "journalctl -u patroni -o cat | grep -c 'starting PostgreSQL 15.20'"),
        ),
      );
      expect(starts.map(({ stdout }) => stdout)).toEqual(['1\n', '1\n', '1\n']);
    }
    console.log(`seed ${seed}: ${[...kills].map(([place, times]) => `${place} ${times}`).join(', ')}`);
  });
});
