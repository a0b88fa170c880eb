import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPseudoTerminal } from '../../support/pseudo-terminal.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSudoServer, type SudoServer, type TestUser } from './sudo-users.ts';

const python = findTool('python3', 'python3');
const usable =
  process.getuid?.() === 0 &&
  python !== undefined &&
  findTool('sudo', 'sudo') !== undefined &&
  findTool('sshd', 'openssh-server') !== undefined;
const program = fileURLToPath(new URL('../../../bin/muster', import.meta.url));

const secret = 'S3CR3T-planted/+ word';
const planted: TestUser = { name: 'mtest-planted', password: secret };

/** The secret in the shapes a careless program would leave it in. */
const shapes = [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
].flatMap((shape) => [shape, Buffer.from(shape, 'utf16le').toString('latin1')]);

function holdsSecret(text: string): boolean {
  return shapes.some((shape) => text.includes(shape));
}

/** Arguments and environments of every process of the machine, again and again until stopped. */
function watchProcesses(): { stop(): { readonly samples: number; readonly leaks: readonly string[] } } {
  const leaks = new Set<string>();
  let samples = 0;
  const look = (): void => {
    samples += 1;
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      // the test itself knows the secret
      if (Number(pid) === process.pid) continue;
      for (const file of ['cmdline', 'environ']) {
        try {
          const text = readFileSync(`/proc/${pid}/${file}`, 'latin1');
          if (holdsSecret(text)) leaks.add(`${file} of ${text.slice(0, 80)}`);
        } catch {
          // ended meanwhile
        }
      }
    }
  };
  const timer = setInterval(look, 10);
  return {
    stop() {
      clearInterval(timer);
      return { samples, leaks: [...leaks] };
    },
  };
}

const project = new URL('../../../', import.meta.url).pathname;

/** Files below a folder, changed since `since`, that hold the secret. */
function filesWithSecret(folder: string, since: number, depth = 6): string[] {
  const found: string[] = [];
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    return found;
  }
  for (const name of names) {
    const path = join(folder, name);
    // The project may itself lie in the temporary folder; its test cache holds this file.
    if (`${path}/` === project) continue;
    try {
      const status = statSync(path);
      if (status.isDirectory() && depth > 0) found.push(...filesWithSecret(path, since, depth - 1));
      else if (status.isFile() && status.mtimeMs >= since && status.size < 50_000_000) {
        if (holdsSecret(readFileSync(path, 'latin1'))) found.push(path);
      }
    } catch {
      // gone meanwhile, or a socket
    }
  }
  return found;
}

describe.skipIf(!usable)('a planted secret is nowhere to be found', () => {
  let server: SudoServer;

  beforeAll(async () => {
    server = await startSudoServer({
      nodes: { n1: planted, n2: planted },
      sudoers: [`${planted.name} ALL=(ALL) ALL`],
    });
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
  });

  function start(args: readonly string[]) {
    return openPseudoTerminal(python!, [program, ...args], {
      ...server.server.env,
      MUSTER_SSH_CONFIG: server.sshConfigPath,
      NO_COLOR: '1',
    });
  }

  it('after a run under sudo, with the journal and --outdir', async () => {
    const since = Date.now() - 1000;
    const watch = watchProcesses();
    const out = join(server.server.folder, 'out');
    const terminal = start([
      'run',
      '-m',
      'sudo',
      '-w',
      'n[1-2]',
      '--outdir',
      out,
      'sh',
      '-c',
      '"id -un; sleep 1; cat"',
    ]);
    await terminal.shows('Password for sudo: ');
    terminal.press(`${secret}\r`);
    const { code } = await terminal.ends();
    const { samples, leaks } = watch.stop();

    expect(code).toBe(0);
    expect(terminal.raw()).toContain('n1: root');
    expect(samples).toBeGreaterThan(20);
    expect(leaks).toEqual([]);
    expect(holdsSecret(terminal.raw())).toBe(false);
    expect(readFileSync(join(out, 'n1'), 'utf8')).toBe('root\n');
    expect(filesWithSecret(server.server.folder, since)).toEqual([]);
    expect(filesWithSecret(tmpdir(), since)).toEqual([]);
    expect(filesWithSecret('/dev/shm', since)).toEqual([]);
    expect(filesWithSecret(`/home/${planted.name}`, since)).toEqual([]);
  });

  it('after a session of the shell, nor in its history', async () => {
    const since = Date.now() - 1000;
    const terminal = start(['-m', 'sudo', '-bw', 'n[1-2]']);
    await terminal.shows('muster> ');
    terminal.press('id -un\r');
    await terminal.shows('Password for sudo: ');
    terminal.press(`${secret}\r`);
    expect(await terminal.shows('muster> ')).toContain('root');
    // asked once a session
    terminal.press('whoami\r');
    expect(await terminal.shows('muster> ')).toContain('root');
    terminal.press('quit\r');
    await terminal.ends();

    expect(holdsSecret(terminal.raw())).toBe(false);
    expect(filesWithSecret(server.server.folder, since)).toEqual([]);
    expect(filesWithSecret(tmpdir(), since)).toEqual([]);
  });

  it('after a wrong password', async () => {
    const since = Date.now() - 1000;
    const terminal = start(['run', '-m', 'sudo', '--json', '-w', 'n[1-2]', 'id', '-un']);
    await terminal.shows('Password for sudo: ');
    terminal.press(`${secret}x\r`);
    const { code } = await terminal.ends();

    expect(code).toBe(1);
    expect(terminal.raw()).toContain('the password is wrong');
    expect(holdsSecret(terminal.raw())).toBe(false);
    expect(filesWithSecret(server.server.folder, since)).toEqual([]);
  });
});
