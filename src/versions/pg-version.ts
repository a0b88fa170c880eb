/** PostgreSQL's version numbers: two parts from 10 on, three before, where the first two are the major version. */

/** `15.18 (Debian …)`, `postgres (PostgreSQL) 9.6.24`, `18beta1` → `15.18`, `9.6.24`, `18beta1`. */
export function pgVersion(text: string): string | null {
  return /(?<![\w.])(\d+(?:\.\d+){0,2}(?:(?:beta|rc|devel|alpha)\d*)?)/.exec(text)?.[1] ?? null;
}

/** server_version_num: 150018 → `15.18`, 90624 → `9.6.24`. */
export function pgVersionOfNumber(number: number): string {
  const first = Math.floor(number / 10_000);
  if (first >= 10) return `${first}.${number % 10_000}`;
  return `${first}.${Math.floor(number / 100) % 100}.${number % 100}`;
}

/** `15.18` → `15`, `9.6.24` → `9.6`. */
export function pgMajor(version: string): string {
  const parts = /^(\d+)(?:\.(\d+))?/.exec(version);
  if (parts === null) return version;
  return Number(parts[1]) >= 10 ? parts[1]! : `${parts[1]}.${parts[2] ?? '0'}`;
}

/** The last part: 18 of `15.18`, 24 of `9.6.24`; null for a beta. */
export function pgMinor(version: string): number | null {
  const rest = /^\.(\d+)$/.exec(version.slice(pgMajor(version).length));
  return rest === null ? null : Number(rest[1]);
}

/** The PostgreSQL version a distribution's package version holds: `1:15.18-0+deb12u1` → `15.18`. */
export function pgVersionOfPackage(version: string): string | null {
  return /^(?:\d+:)?(\d+(?:\.\d+)+)/.exec(version)?.[1] ?? null;
}
