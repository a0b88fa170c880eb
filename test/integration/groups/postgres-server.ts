import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import { findTool } from '../../support/require-tool.ts';

/** A PostgreSQL of its own that listens on a socket only. */
export interface PostgresServer {
  readonly dsn: string;
  execute(sql: string): Promise<void>;
  stop(): Promise<void>;
}

/** Where initdb and postgres are: Debian keeps them out of the PATH. */
export function findPostgres(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').toSorted() : [];
  const folder = versions
    .map((version) => `/usr/lib/postgresql/${version}/bin`)
    .findLast((path) => existsSync(`${path}/initdb`));
  return folder ?? findTool('initdb', 'postgresql')?.replace(/\/initdb$/, '');
}

export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'muster-pg-'));
  // PostgreSQL refuses to run as root.
  const owner = process.getuid?.() === 0 ? numericIds('postgres') : undefined;
  if (owner !== undefined) {
    chownSync(folder, owner.uid, owner.gid);
  }
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', 'muster', '-A', 'trust', '--no-sync', '--locale=C', '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), initdb, { ...owner, stdio: 'ignore', cwd: folder });
  const settings = ['-c', 'listen_addresses=', '-c', 'fsync=off', '-k', folder];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], {
    ...owner,
    stdio: 'ignore',
    cwd: folder,
  });
  const dsn = `postgresql://muster@localhost/postgres?host=${encodeURIComponent(folder)}`;
  const execute = async (sql: string) => {
    const client = new pg.Client({ connectionString: dsn });
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await vi.waitFor(() => execute('select 1'), { timeout: 20_000, interval: 50 });
  return {
    dsn,
    execute,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function numericIds(user: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}
