import { readFileSync } from 'node:fs';

export interface PackageInfo {
  readonly name: string;
  readonly version: string;
}

/** Name and version of this package. The build replaces this module by the two values. */
export function readPackageInfo(): PackageInfo {
  const { name, version } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as PackageInfo;
  return { name, version };
}
