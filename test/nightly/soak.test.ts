import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';
import { startSshd } from '../support/sshd.ts';

const minutes = Number(process.env['MUSTER_NIGHTLY_MINUTES'] ?? 60);
const client = fileURLToPath(new URL('soak-client.ts', import.meta.url));

interface Sample {
  readonly rss: number;
  readonly files: number;
  readonly counts: Readonly<Record<string, number>>;
}

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('a long session', () => {
  it('keeps memory and open files flat while a node comes and goes', async () => {
    const server = await startSshd({ nodes: 1 });
    const sockets = new Set<Socket>();
    let away = false;
    // in front of the flapping node: it resets what there is, and answers nobody for a while
    const proxy = createServer((socket) => {
      if (away) {
        socket.resetAndDestroy();
        return;
      }
      const inner = connect(server.port, '127.0.0.1');
      for (const end of [socket, inner]) {
        sockets.add(end);
        end.on('error', () => {});
        end.on('close', () => {
          sockets.delete(end);
          socket.destroy();
          inner.destroy();
        });
      }
      socket.pipe(inner).pipe(socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const flap = setInterval(() => {
      away = !away;
      if (away) for (const socket of sockets) socket.resetAndDestroy();
    }, 700);
    const config = join(server.folder, 'soak_config');
    const common = [
      'HostName 127.0.0.1',
      `IdentityFile ${server.identityPath}`,
      'StrictHostKeyChecking no',
      'UserKnownHostsFile /dev/null',
      `User ${process.env['USER'] ?? 'root'}`,
    ].join('\n  ');
    writeFileSync(
      config,
      `Host steady\n  Port ${server.port}\n  ${common}\nHost flapping\n  Port ${(proxy.address() as AddressInfo).port}\n  ${common}\n`,
    );
    mkdirSync(join(server.folder, 'soak-home'));
    const { stdout, stderr, code } = await runProgram(process.execPath, [
      client,
      config,
      join(server.folder, 'soak-home'),
      String(minutes),
    ]);
    clearInterval(flap);
    proxy.close();
    for (const socket of sockets) socket.destroy();
    await server.stop();

    expect([code, stderr]).toEqual([0, '']);
    const samples = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Sample);
    const { counts } = samples.at(-1)!;
    expect(Object.keys(counts).filter((key) => key.startsWith('steady'))).toEqual(['steady finished']);
    expect(Object.keys(counts).filter((key) => key.startsWith('flapping')).length).toBeGreaterThan(1);
    console.info(
      `${minutes} minutes: ${JSON.stringify(counts)}; from ${JSON.stringify(samples[0])} to ${JSON.stringify(samples.at(-1))}`,
    );
    const quarter = Math.floor(samples.length / 4);
    const middle = (values: readonly number[]): number =>
      values.toSorted((a, b) => a - b)[values.length >> 1]!;
    const before = samples.slice(quarter, 2 * quarter);
    const after = samples.slice(-quarter);
    expect(middle(after.map(({ files }) => files))).toBeLessThanOrEqual(
      middle(before.map(({ files }) => files)) + 2,
    );
    expect(middle(after.map(({ rss }) => rss))).toBeLessThan(middle(before.map(({ rss }) => rss)) * 1.1);
  });
});
