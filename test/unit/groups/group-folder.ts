import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createGroupResolver,
  type Groups,
  type GroupResolverOptions,
} from '../../../src/groups/group-resolver.ts';
import { writeFiles } from '../../support/write-files.ts';

/** A temporary folder with these files, removed when the test ends. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'muster-groups-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFiles(folder, files);
  return folder;
}

/** Groups of the groups.conf in that folder alone: nothing of this machine's own configuration is read. */
export function groupsIn(folder: string, options: Partial<GroupResolverOptions> = {}): Groups {
  return createGroupResolver({
    env: { PATH: process.env['PATH'] },
    home: join(folder, 'nobody'),
    groupsConf: join(folder, 'groups.conf'),
    ...options,
  });
}

/** The same for one groups.conf text. */
export function groupsOf(conf: string, options: Partial<GroupResolverOptions> = {}): Groups {
  return groupsIn(folderWith({ 'groups.conf': conf }), options);
}

/** Groups of one YAML file in a groups.d. */
export function yamlGroups(yaml: string, options: Partial<GroupResolverOptions> = {}): Groups {
  return groupsIn(
    folderWith({ 'groups.conf': '[Main]\nautodir: $CFGDIR/groups.d\n', 'groups.d/pg.yaml': yaml }),
    options,
  );
}
