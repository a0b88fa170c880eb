import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type Place } from '../config/config-error.ts';
import { readOptionalFile } from '../config/read-config.ts';
import type { AnsibleGroups } from './ansible-groups.ts';
import { parseAnsibleIni } from './ansible-ini.ts';
import { parseAnsibleYaml } from './ansible-yaml.ts';
import type { StaticGroup } from './static-source.ts';

/** What Ansible leaves out when an inventory is a folder (its setting `inventory_ignore_extensions`), and its folders of variables. */
const ignored = /(?:~|\.orig|\.bak|\.ini|\.cfg|\.retry|\.pyc|\.pyo|\.md|\.txt|\.rst)$/;

/**
 * Reads the groups of an Ansible inventory: a file in INI or YAML, or a folder of them. Nodes are called what the
 * inventory calls them; variables, `ansible_host` among them, are not read. Groups contain their children's nodes, `all`
 * has every node, `ungrouped` those in no group.
 */
export async function readAnsibleInventory(path: string): Promise<StaticGroup[]> {
  const groups: AnsibleGroups = new Map();
  for (const file of inventoryFiles(path)) {
    const text = readOptionalFile(file);
    if (text === undefined) {
      throw new ConfigError({ file, line: 0 }, 'no such inventory');
    }
    if (text.startsWith('#!')) {
      throw new ConfigError({ file, line: 1 }, 'a dynamic inventory is a program, not a file', {
        hint: 'Make it an upcall of groups.conf that prints the nodes of $GROUP.',
      });
    }
    if (/\.(?:ya?ml|json)$/.test(file)) {
      await parseAnsibleYaml(text, file, groups);
    } else {
      parseAnsibleIni(text, file, groups);
    }
  }
  return flatten(groups, { file: path, line: 0 });
}

function inventoryFiles(path: string): string[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory() !== true) {
    return [path];
  }
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && !ignored.test(entry.name))
    .map((entry) => join(path, entry.name))
    .toSorted();
}

function flatten(groups: AnsibleGroups, place: Place): StaticGroup[] {
  const everyone = new Set<string>();
  const grouped = new Set<string>();
  for (const [name, { hosts }] of groups) {
    for (const host of hosts) {
      everyone.add(host);
      if (name !== 'all' && name !== 'ungrouped') {
        grouped.add(host);
      }
    }
  }
  const result: StaticGroup[] = [];
  for (const [name, group] of groups) {
    const members = membersOf(name, groups, []);
    if (name !== 'all' && name !== 'ungrouped') {
      result.push({ name, expressions: [...members], place: group.place });
    }
  }
  const alone = [...everyone].filter((host) => !grouped.has(host));
  if (alone.length > 0) {
    result.push({ name: 'ungrouped', expressions: alone, place: groups.get('ungrouped')?.place ?? place });
  }
  return [...result, { name: 'all', expressions: [...everyone], place: groups.get('all')?.place ?? place }];
}

function membersOf(name: string, groups: AnsibleGroups, above: readonly string[]): Set<string> {
  const { place, hosts, children } = groups.get(name)!;
  if (above.includes(name)) {
    throw new ConfigError(place, `group contains itself: ${[...above, name].join(' → ')}`);
  }
  const members = new Set(hosts);
  for (const [child, where] of children) {
    if (!groups.has(child)) {
      throw new ConfigError(where, `group "${name}" has the unknown child "${child}"`);
    }
    for (const host of membersOf(child, groups, [...above, name])) {
      members.add(host);
    }
  }
  return members;
}
