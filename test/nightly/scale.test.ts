import { createHash, type Hash } from 'node:crypto';
import { createReadStream, statfsSync, writeFileSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/muster.ts';
import { runMeasured } from '../support/peak-memory.ts';
import { findTool } from '../support/require-tool.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';
import { startSshServer } from '../integration/ssh/fake-server.ts';

/** Fewer for a quick look: MUSTER_NIGHTLY_NODES=500. */
const nodes = Number(process.env['MUSTER_NIGHTLY_NODES'] ?? 10_000);
const tenth = Math.max(10, Math.floor(nodes / 10));
const program = fileURLToPath(new URL('../../bin/muster', import.meta.url));
const MB = 1_000_000;

/** Each node's own address over and over. */
const ownAddress = (bytes: number): string =>
  `set -- $SSH_CONNECTION; yes "$3 $3 $3 $3 $3 $3 $3" | head -c ${bytes}`;

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('scale', () => {
  let server: TestSshd;

  beforeAll(async () => {
    server = await startSshd({ nodes });
  });
  afterAll(async () => {
    await server.stop();
  });

  it('thousands of nodes under a limit of 1,024 open files', async () => {
    const begun = performance.now();
    const { stdout, stderr, code } = await runProgram(
      '/bin/sh',
      [
        '-c',
        'ulimit -n 1024; exec "$0" -t 120 "$@"',
        program,
        '-y',
        '-bf',
        '1000',
        '-w',
        `n[1-${nodes}]`,
        'echo same',
      ],
      { env: { ...server.env, NO_COLOR: '1' } },
    );

    console.info(`${nodes} nodes, 1,024 files: ${((performance.now() - begun) / 1000).toFixed(0)} s`);

    expect(stdout).toBe(`---------------\nn[1-${nodes}] (${nodes})\n---------------\nsame\n`);
    expect(stderr).toContain('this process may open 1024 files');
    expect(code).toBe(0);
  });

  it.each(['banner', 'auth', 'command'])('one stuck node does not hold up the others (%s)', async (phase) => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    // lets everybody in as far as the login, and never answers it
    const undecided = await startSshServer({ authenticate: () => {} });
    const config = join(server.folder, `stuck_${phase}`);
    const trusted = 'StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null';
    const stuck = {
      banner: `HostName 127.0.0.1\n  Port ${(silent.address() as AddressInfo).port}`,
      auth: `HostName 127.0.0.1\n  Port ${undecided.port}\n  ${trusted}`,
      command: `HostName 127.9.9.9\n  ${trusted}`,
    }[phase];
    writeFileSync(config, `Host stuck\n  ${stuck}\n${readFileSync(server.sshConfigPath, 'utf8')}`);
    const begun = performance.now();
    const { stdout, code } = await runProgram(
      program,
      [
        '-y',
        '--json-lines',
        '-t60',
        '-u120',
        `-wstuck,n[1-${tenth}]`,
        'case $SSH_CONNECTION in *127.9.9.9*) sleep 600;; esac',
      ],
      { env: { ...server.env, MUSTER_SSH_CONFIG: config } },
    );
    const seconds = (performance.now() - begun) / 1000;
    silent.close();
    await undecided.stop();
    console.info(`${tenth} nodes and one stuck in ${phase}: ${seconds.toFixed(0)} s`);
    const ended = stdout
      .split('\n')
      .filter((line) => line.includes('"ended"'))
      .map((line) => (JSON.parse(line) as { node: string }).node);

    expect(ended).toHaveLength(tenth + 1);
    // all that began beside it ended before its limit did
    expect(ended.indexOf('stuck')).toBeGreaterThanOrEqual(Math.min(tenth, 60));
    expect(code).toBe(1);
    expect(seconds).toBeGreaterThan({ banner: 59, auth: 19, command: 119 }[phase]!);
  });

  it('1 GB from one node, live and gathered', async () => {
    const bytes = 1000 * MB;
    const line = '0123456789'.repeat(10);
    const expected = createHash('sha256');
    const block = Buffer.from(`${line}\n`.repeat(1000));
    for (let left = bytes; left > 0; left -= block.length)
      expected.update(block.subarray(0, Math.min(left, block.length)));
    const digest = expected.digest('hex');
    for (const how of ['-N', '-bN']) {
      const file = join(server.folder, 'one-gigabyte');
      const { code, peakMiB } = await runMeasured(
        program,
        [how, '-w', 'n1', `yes ${line} | head -c ${bytes}`],
        {
          env: server.env,
          stdoutFile: file,
        },
      );
      const hash = createHash('sha256');
      let size = 0;
      for await (const chunk of createReadStream(file)) {
        // the line that was cut is completed
        const kept = (chunk as Buffer).subarray(0, bytes - size);
        size += kept.length;
        hash.update(kept);
      }

      console.info(`1 GB of one node, ${how}: peak ${peakMiB.toFixed(0)} MiB`);
      expect([how, code, size, hash.digest('hex')]).toEqual([how, 0, bytes, digest]);
      expect(peakMiB).toBeLessThan(400);
    }
  });

  it('10 MB from each of many nodes, all different', async () => {
    const disk = statfsSync(server.folder);
    const room = (disk.bavail * disk.bsize) / (10 * MB * 3);
    const count = Math.floor(Math.min(tenth, room));
    const file = join(server.folder, 'much');
    const { code, peakMiB, stderr } = await runMeasured(
      program,
      ['-y', '-b', '-w', `n[1-${count}]`, ownAddress(10 * MB)],
      { env: server.env, stdoutFile: file },
    );

    console.info(`${count} nodes of 10 MB each: peak ${peakMiB.toFixed(0)} MiB`);
    expect([code, stderr]).toEqual([0, '']);
    const seen = new Map<string, { bytes: number; hash: Hash }>();
    let node = '';
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      if (line === '---------------') continue;
      if (/^n\d+$/.test(line)) {
        node = line;
        seen.set(node, { bytes: 0, hash: createHash('sha256') });
        continue;
      }
      const entry = seen.get(node)!;
      entry.bytes += line.length + 1;
      entry.hash.update(`${line}\n`);
    }
    expect(seen.size).toBe(count);
    for (const [name, { bytes, hash }] of seen) {
      const address = server.address(name);
      const text = `${Array.from({ length: 7 }, () => address).join(' ')}\n`;
      const whole = text.repeat(Math.ceil((10 * MB) / text.length)).slice(0, 10 * MB);
      const ended = whole.endsWith('\n') ? whole : `${whole}\n`;
      expect(bytes).toBe(ended.length);
      expect(hash.digest('hex')).toBe(createHash('sha256').update(ended).digest('hex'));
    }
    expect(peakMiB).toBeLessThan(400);
  });
});
