import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';
import { eventually } from '../ssh/run-over-ssh.ts';

const faketime = findTool('faketime', 'faketime');
const sshd = findTool('sshd', 'openssh-server');
/** What the program faketime preloads; the loader itself puts the machine's folder in the place of $LIB. */
const library = '/usr/$LIB/faketime/libfaketime.so.1';

describe.skipIf(faketime === undefined || sshd === undefined)('clocks that are wrong', () => {
  let server: TestSshd;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clocks-'));
    // every process of these nodes sees another time
    const clocks = { '127.1.0.1': '+1h', '127.1.0.2': '-1h' };
    writeFileSync(
      join(folder, 'clocks'),
      Object.entries(clocks)
        .map(
          ([address, offset]) =>
            `Match LocalAddress ${address}\n  SetEnv SHLVL=1 MUSTER_LOCK_FOLDER=${folder} LD_PRELOAD=${library} FAKETIME=${offset}\n`,
        )
        .join(''),
    );
    server = await startSshd({ nodes: 3, config: [`Include ${join(folder, 'clocks')}`] });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('of nodes, an hour before and behind, change nothing in a rolling run: order, times and results are ours', async () => {
    const env = { ...server.env, XDG_STATE_HOME: join(folder, 'state') };
    const { stdout: clocks } = await muster(['run', '-w', 'n[1-2]', 'date +%s'], { env });
    const [first, second] = clocks
      .trim()
      .split('\n')
      .toSorted()
      .map((line) => Number(line.split(': ')[1]));
    // the test means something: two hours lie between the nodes
    expect(first! - second!).toBeGreaterThan(7000);

    const begun = Date.now();
    const { code, stderr } = await muster(['roll', '--yes', '-w', 'n[1-3]', 'sleep 0.5'], { env });

    expect(stderr.replace(/^run .*\n/, '')).toBe('');
    expect(code).toBe(0);
    const runs = join(env.XDG_STATE_HOME, 'muster/runs');
    const journals = readdirSync(runs).map((name) => readFileSync(join(runs, name), 'utf8'));
    const journal = journals.find((text) => text.includes('"type":"plan"'))!;
    const times = [...journal.matchAll(/"at":"([^"]+)"/g)].map(([, at]) => Date.parse(at!));
    expect(times.length).toBeGreaterThan(6);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(begun - 1000);
    expect(times.at(-1)).toBeLessThanOrEqual(Date.now() + 1000);
  });

  it('of this machine, jumping by two hours while commands run, end nothing before its time', async () => {
    const offset = join(folder, 'offset');
    writeFileSync(offset, '+0\n');
    mkdirSync(join(folder, 'out'));
    const mark = join(folder, 'begun');
    const go = join(folder, 'go');
    const running = muster(
      [
        'run',
        '-t',
        '10',
        '-u',
        '100',
        '--json',
        '-w',
        'n3',
        `date +%s; touch ${mark}; until [ -e ${go} ]; do sleep 0.1; done`,
      ],
      {
        env: {
          ...server.env,
          XDG_STATE_HOME: join(folder, 'state-of-jump'),
          LD_PRELOAD: library,
          FAKETIME_TIMESTAMP_FILE: offset,
          FAKETIME_NO_CACHE: '1',
          // as for a clock that is set: only the time of day jumps
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
        },
      },
    );
    await eventually('the command runs', () => readdirSync(folder).includes('begun'), 30_000);
    writeFileSync(offset, '+2h\n');
    // keepalives and time limits come and go
    await new Promise((resolve) => setTimeout(resolve, 1500));
    writeFileSync(offset, '-2h\n');
    await new Promise((resolve) => setTimeout(resolve, 500));
    writeFileSync(go, '');
    const { code, stdout, stderr } = await running;

    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { nodes } = JSON.parse(stdout) as { nodes: { outcome: string; durationMs: number }[] };
    expect(nodes[0]).toMatchObject({ outcome: expect.anything() as unknown });
    expect(nodes[0]!.durationMs).toBeGreaterThan(1000);
    expect(nodes[0]!.durationMs).toBeLessThan(60_000);
  });
});
