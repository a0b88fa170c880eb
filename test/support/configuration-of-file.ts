import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { writeFiles } from './write-files.ts';

/**
 * A folder with ClusterShell's configuration for a test file, gone after its last test, and the environment in which
 * the tools find that and nothing else. To be called while the file is read.
 */
export function configurationOfFile(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'muster-configuration-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFiles(folder, files);
  const env = {
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    XDG_STATE_HOME: folder,
    CLUSTERSHELL_CFGDIR: folder,
    NODE_ENV: undefined,
  };
  return { folder, env };
}
