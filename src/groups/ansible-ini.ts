import { ConfigError } from '../config/config-error.ts';
import { printable } from '../config/ini.ts';
import { ansibleHosts } from './ansible-hosts.ts';
import { ansibleGroup, type AnsibleGroups } from './ansible-groups.ts';

/** Adds an inventory in Ansible's INI form: `[group]`, `[group:children]`, `[group:vars]`. */
export function parseAnsibleIni(text: string, file: string, groups: AnsibleGroups): void {
  let name = 'ungrouped';
  let kind: 'hosts' | 'children' | 'vars' = 'hosts';
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const place = { file, line: index + 1 };
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) {
      continue;
    }
    const header = /^\[([^:\]\s]+)(?::(hosts|children|vars))?\]\s*(?:#.*)?$/.exec(line);
    if (header !== null) {
      name = header[1]!;
      kind = header[2] === 'children' || header[2] === 'vars' ? header[2] : 'hosts';
      if (kind !== 'vars') {
        ansibleGroup(groups, name, place);
      }
      continue;
    }
    if (kind === 'vars') {
      continue;
    }
    const word = /^[^\s#]+/.exec(line)?.[0];
    if (word === undefined || /^\[(?:.*\]|[^\]:]*)$/.test(word)) {
      throw new ConfigError(place, `expected a node or a [section], found "${printable(line)}"`);
    }
    const group = ansibleGroup(groups, name, place);
    if (kind === 'children') {
      group.children.set(word, place);
      continue;
    }
    for (const host of ansibleHosts(word, place)) {
      group.hosts.add(host);
    }
  }
}
