import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresPrograms, startPostgres } from '../../support/postgres.ts';
import type { Case } from '../compare.ts';
import { nodes, type Servers } from '../servers.ts';
import { clush, muster } from '../tools.ts';

const port = 25_432;

/** sshd's setting by which every login finds a package cache, as on any host: container images have none. */
export function packageCache(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'apt.conf');
  writeFileSync(
    config,
    `Dir::Cache::pkgcache "${folder}/pkgcache.bin";\nDir::Cache::srcpkgcache "${folder}/srcpkgcache.bin";\n`,
  );
  execFileSync('apt-cache', ['-o', 'Debug::NoLocking=1', 'gencaches'], {
    env: { ...process.env, APT_CONFIG: config },
  });
  return `SetEnv APT_CONFIG=${config}`;
}

/** All facts of 180 nodes against clush asking for one. Exit codes 10 to 12 are what the audit found. */
export function auditCases({ usual, curve25519 }: Servers): { cases: Case[]; stop: () => void } {
  const server = startPostgres(postgresPrograms()!, port);
  const question = `runuser -u postgres -- psql -XAtc 'show server_version' -h ${server.folder} -p ${port} postgres`;
  const made = (name: string, { env }: Servers['usual']): Case => ({
    section: 'Version audit of 180 nodes',
    name: `all facts, clush asks one, ${name}`,
    sides: [
      muster(['versions', '-w', nodes(180), '--no-save'], { env, codes: [0, 10, 11, 12] }),
      clush(['-b', '-w', nodes(180), question], { env }),
    ],
    rounds: 1,
    goal: { cpu: 0.5 },
  });
  return {
    cases: [made('curve25519', curve25519), made('default key exchange', usual)],
    stop: () => server.stop(),
  };
}
