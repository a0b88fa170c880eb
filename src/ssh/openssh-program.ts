import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

const usualFolders = '/usr/local/bin:/usr/bin:/bin';

/** Where a program is, by an absolute path: from PATH, else the usual folders; undefined: nowhere. */
export function findProgram(name: string, path: string | undefined): string | undefined {
  for (const folder of `${path ?? ''}:${usualFolders}`.split(':')) {
    // an empty or relative part of PATH means the current folder: nothing is run from there
    if (!isAbsolute(folder)) continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not there
    }
  }
  return undefined;
}
