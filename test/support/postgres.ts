import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private PostgreSQL server: its own folder, its socket in it, no TCP. */
export interface TestPostgres {
  readonly folder: string;
  /** Names the socket only: nothing listens on it. */
  readonly port: number;
  /** Runs SQL in a database and returns what psql prints, unaligned. */
  sql(text: string, database?: string): string;
  stop(): void;
}

const root = '/usr/lib/postgresql';

/** Folder of the newest server's programs; undefined when none is installed. */
export function postgresPrograms(): string | undefined {
  try {
    const majors = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
    return majors.map((major) => `${root}/${major}/bin`).find((bin) => readdirSync(bin).includes('initdb'));
  } catch {
    // The folder is Debian's: elsewhere there is none.
    return undefined;
  }
}

/** Starts a server as `postgres` when the tests run as root (it refuses root), else as the user of the tests. */
export function startPostgres(bin: string, port: number, settings: readonly string[] = []): TestPostgres {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chownSync(folder, id('-u'), id('-g'));
    chmodSync(folder, 0o755);
  }
  const run = (program: string, args: readonly string[], input?: string) => {
    const [first, ...rest] = [...(isRoot ? ['runuser', '-u', 'postgres', '--'] : []), program, ...args];
    return execFileSync(first!, rest, {
      cwd: folder,
      encoding: 'utf8',
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    });
  };
  const data = join(folder, 'data');
  run(`${bin}/initdb`, ['-D', data, '-A', 'trust', '--no-sync', '-k']);
  const options = [
    `-p ${port}`,
    `-k ${folder}`,
    '-c listen_addresses=',
    '-c fsync=off',
    ...settings.map((one) => `-c ${one}`),
  ];
  run(`${bin}/pg_ctl`, ['-D', data, '-o', options.join(' '), '-l', join(folder, 'log'), '-w', 'start']);
  return {
    folder,
    port,
    sql: (text, database = 'postgres') =>
      run(
        `${bin}/psql`,
        ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', folder, '-p', String(port), '-d', database],
        text,
      ),
    stop() {
      run(`${bin}/pg_ctl`, ['-D', data, '-m', 'immediate', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
