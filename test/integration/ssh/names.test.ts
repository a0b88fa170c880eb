import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTool } from '../../support/require-tool.ts';
import { canHaveOwnNetwork, inOwnNetwork } from './in-own-network.ts';

const python3 = findTool('python3', 'python3');
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Takes every question and answers none. Says when it listens. */
const deadNameServer = `python3 -c '
import socket, time
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.53", 53))
print("ready", flush=True)
time.sleep(120)'`;

/** Answers whoever connects, and not as an SSH server. Says when it listens. */
const webServer = `python3 -c '
import socket
server = socket.create_server(("127.0.0.1", 8022))
print("ready", flush=True)
while True:
    peer, _ = server.accept()
    peer.sendall(b"HTTP/1.1 400 Bad Request\\r\\n\\r\\n")
    peer.close()'`;

describe.skipIf(python3 === undefined || !canHaveOwnNetwork())('names', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'names-'));
    env = { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_STATE_HOME: join(folder, 'state') };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('that a dead name server keeps to itself hold up nobody for more than its 5 s', async () => {
    writeFileSync(join(folder, 'hosts'), '127.0.0.1 in-hosts\n');
    const nodes = 'x[1-200].example,in-hosts,127.0.0.2';

    const { output } = await inOwnNetwork(
      folder,
      `mkfifo ${folder}/ready
      ${deadNameServer} > ${folder}/ready & server=$!
      read word < ${folder}/ready
      begun=$(date +%s%N)
      ${root}bin/muster -f 300 -w '${nodes}' -o '-oPort=9' true
      echo "exit $? after $(( ($(date +%s%N) - begun) / 1000000 )) ms"
      kill $server`,
      env,
    );

    const lines = output.trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('the name server gives no answer in 5 s (x'))).toHaveLength(
      200,
    );
    // neither /etc/hosts nor an address needs the name server
    expect(output).toContain('in-hosts: connection refused (127.0.0.1:9)');
    expect(output).toContain('127.0.0.2: connection refused (127.0.0.2:9)');
    const [, code, ms] = /exit (\d+) after (\d+) ms/.exec(output)!;
    expect(code).toBe('1');
    // two at a time, each for 10 s, it would be 1000 s
    expect(Number(ms)).toBeLessThan(20_000);
  });

  it('with two addresses, the first one dead, are reached by the second at once', async () => {
    // nobody has the first address, and nobody says so
    writeFileSync(join(folder, 'hosts'), '10.9.9.9 two\n127.0.0.1 two\n');

    const { output } = await inOwnNetwork(
      folder,
      `ip route add 10.9.9.9 dev lo
      mkfifo ${folder}/ready
      ${webServer} > ${folder}/ready & server=$!
      read word < ${folder}/ready
      ${root}bin/muster -w two -o '-oPort=8022' -t 50 true
      kill $server`,
      env,
    );

    // the second address has answered; the first would have been 50 s of silence
    expect(output).toContain('muster: two: is not an SSH server: HTTP/1.1 400 Bad Request');
  });
});
