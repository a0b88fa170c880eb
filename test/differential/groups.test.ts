import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGroupResolver, type Groups } from '../../src/groups/group-resolver.ts';
import { listGroups, sortedGroupNames } from '../../src/groups/list-groups.ts';
import { regroup } from '../../src/groups/regroup.ts';
import { evaluateNodeSet } from '../../src/nodeset/evaluate.ts';
import { findTool } from '../support/require-tool.ts';
import { type GeneratedGroups, generateGroups, seededRandom } from './groups-generator.ts';
import { type GroupsOracle, startGroupsOracle } from './groups-oracle.ts';

const nodeset = findTool('nodeset', 'clustershell');
const seed = Number(process.env['MUSTER_DIFF_SEED'] ?? 1);
const configurations = Number(process.env['MUSTER_DIFF_CONFIGURATIONS'] ?? 12);

describe.skipIf(nodeset === undefined)('groups against the real nodeset', () => {
  let oracle: GroupsOracle;
  const folder = mkdtempSync(join(tmpdir(), 'muster-groups-diff-'));

  beforeAll(() => {
    oracle = startGroupsOracle('/usr/bin/python3');
  });
  afterAll(() => {
    oracle.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What ours and theirs answer to a nodeset command line, to be compared. */
  async function ask(argv: string[], ours: string) {
    const theirs = await oracle.ask(['--groupsconf', join(folder, 'groups.conf'), ...argv], folder);
    const command = `nodeset ${argv.join(' ')}`;
    return { ours: { command, text: ours }, theirs: { command, text: theirs.stderr + theirs.stdout } };
  }

  it.each(Array.from({ length: configurations }, (_, index) => seed * 1000 + index))(
    'answers alike for configuration %i',
    async (number) => {
      const random = seededRandom(number);
      const generated = generateGroups(random);
      write(folder, generated);
      const groups = createGroupResolver({
        env: { PATH: process.env['PATH'] },
        home: folder,
        groupsConf: join(folder, 'groups.conf'),
      });

      const sources = await groups.sources();
      const marked = sources.map(({ name, isDefault }) => (isDefault ? `${name} (default)\n` : `${name}\n`));
      const asked = [await ask(['--list-sources'], marked.join(''))];
      for (const { name: source } of sources) {
        asked.push(
          await ask(['-l', '-s', source], await names(groups, source)),
          await ask(['-lll', '-s', source], await details(groups, source)),
          await ask(['-f', `@@${source}`], await folded(groups, `@@${source}`)),
          await ask(['-f', `@${source}:*`], await folded(groups, `@${source}:*`)),
        );
        for (const nodes of generated.someSets(random, 3)) {
          const set = await evaluateNodeSet(nodes);
          const bare = await regroup(set, groups, { source, hidePrefix: true });
          asked.push(
            await ask(['-lll', '-s', source, nodes], await among(groups, source, nodes)),
            await ask(['-r', '-s', source, nodes], `${await regroup(set, groups, { source })}\n`),
            await ask(['-r', '-G', '-s', source, nodes], `${bare}\n`),
          );
        }
      }
      for (const expression of generated.someExpressions(random, 10)) {
        asked.push(await ask(['-f', expression], await folded(groups, expression)));
      }

      expect(asked.map(({ ours }) => ours)).toEqual(asked.map(({ theirs }) => theirs));
      expect(groups.warnings()).toEqual([]);
    },
  );
});

function write(folder: string, { conf, files }: GeneratedGroups): void {
  rmSync(join(folder, 'groups.d'), { recursive: true, force: true });
  mkdirSync(join(folder, 'groups.d'));
  writeFileSync(join(folder, 'groups.conf'), conf);
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
  }
}

async function names(groups: Groups, source: string): Promise<string> {
  return (await sortedGroupNames(groups, source)).map((name) => `@${source}:${name}\n`).join('');
}

async function details(groups: Groups, source: string): Promise<string> {
  const listed = await listGroups(groups, { source });
  return listed.map(({ name, nodes, size }) => `@${source}:${name} ${String(nodes)} ${size}\n`).join('');
}

async function among(groups: Groups, source: string, nodes: string): Promise<string> {
  const listed = await listGroups(groups, { source, among: await evaluateNodeSet(nodes) });
  return listed
    .map(({ name, nodes: found, size }) => `@${source}:${name} ${String(found)} ${found.size}/${size}\n`)
    .join('');
}

async function folded(groups: Groups, expression: string): Promise<string> {
  return `${String(await evaluateNodeSet(expression, { resolver: groups, allowEmpty: true }))}\n`;
}
