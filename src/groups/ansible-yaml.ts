import { ConfigError } from '../config/config-error.ts';
import { ansibleHosts } from './ansible-hosts.ts';
import { ansibleGroup, type AnsibleGroups } from './ansible-groups.ts';
import { openYaml, type YamlEntry } from './yaml-map.ts';

/** Adds an inventory in Ansible's YAML form: `group: {hosts: {node: vars}, children: {group: …}, vars: …}`. */
export async function parseAnsibleYaml(text: string, file: string, groups: AnsibleGroups): Promise<void> {
  const top = await openYaml(text, file);
  for (const group of top.entries('a map of groups')) {
    addGroup(group, groups);
  }
}

function addGroup(entry: YamlEntry, groups: AnsibleGroups): void {
  const group = ansibleGroup(groups, entry.name, entry.place);
  if (entry.isNothing()) {
    return;
  }
  for (const part of entry.entries('a map of "hosts", "children" and "vars"')) {
    if (part.name === 'hosts' && !part.isNothing()) {
      for (const host of part.entries('a map of nodes')) {
        for (const name of ansibleHosts(host.name, host.place)) {
          group.hosts.add(name);
        }
      }
    } else if (part.name === 'children' && !part.isNothing()) {
      for (const child of part.entries('a map of groups')) {
        group.children.set(child.name, child.place);
        addGroup(child, groups);
      }
    } else if (part.name !== 'vars' && part.name !== 'hosts' && part.name !== 'children') {
      throw new ConfigError(part.place, `group "${entry.name}" cannot have "${part.name}"`, {
        hint: 'A group has "hosts", "children" and "vars".',
      });
    }
  }
}
