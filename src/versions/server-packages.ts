import { compareVersions } from './compare-versions.ts';
import type { NodeFacts, PackageVersion } from './facts.ts';
import { pgMajor, pgVersionOfPackage } from './pg-version.ts';

/** A PostgreSQL server package, its versions as PostgreSQL counts them. */
export interface ServerPackage {
  readonly name: string;
  readonly major: string;
  readonly installed: string;
  readonly candidate: string | null;
  readonly held: boolean;
  readonly security: boolean;
}

/** Debian's and PGDG's names, and that of RHEL's own package. */
const serverPackage = /^(?:postgresql-\d+(?:\.\d+)?|postgresql\d+-server|postgresql-server)$/;

/** Server packages by major version, the oldest first. */
export function installedServers(facts: NodeFacts): ServerPackage[] {
  return facts.packages.list
    .filter(({ name }) => serverPackage.test(name))
    .flatMap((entry) => readServer(entry) ?? [])
    .toSorted((a, b) => compareVersions(a.major, b.major));
}

function readServer({
  name,
  installed,
  candidate,
  held,
  security,
}: PackageVersion): ServerPackage | undefined {
  const version = pgVersionOfPackage(installed);
  if (version === null) return undefined;
  return {
    name,
    major: pgMajor(version),
    installed: version,
    candidate: candidate === null ? null : pgVersionOfPackage(candidate),
    held,
    security,
  };
}

/** The newest minor by major that any node of the fleet runs, has or could install. */
export function newestInFleet(fleet: readonly NodeFacts[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>();
  const see = (version: string | null): void => {
    if (version === null) return;
    const major = pgMajor(version);
    const known = newest.get(major);
    if (known === undefined || compareVersions(version, known) > 0) newest.set(major, version);
  };
  for (const facts of fleet) {
    for (const { installed, candidate } of installedServers(facts)) {
      see(installed);
      see(candidate);
    }
    for (const { running, installed } of facts.instances) {
      see(running);
      see(installed);
    }
  }
  return newest;
}
