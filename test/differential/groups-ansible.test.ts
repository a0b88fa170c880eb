import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAnsibleInventory } from '../../src/groups/ansible-inventory.ts';
import { findTool } from '../support/require-tool.ts';
import { folderWith } from '../unit/groups/group-folder.ts';

const ansible = findTool('ansible-inventory', 'ansible-core');

const ini = `; remark
lone1 a=b
lone[1:2].example.com ansible_host=1.2.3.4 # why
[web]
web[01:05:2] ansible_user="x y"
web-[a:e:2]
mail.example.com:2222
[2001:db8::1]:99
2001:db8::2
n[:3]
[db:hosts]
db[1:2]-[3:4].example.com
db[8:11]
[db:vars]
x=y
[prod:children] # both
web # first
db
[all:vars]
foo="bar # baz"
[empty]
[web]
web99
`;
const yaml = `all:
  hosts: {alone: , 'both[01:02]': {x: y}}
  vars: {a: b}
  children:
    c69:
      hosts: {'db69-[1:3]': , witness: {ansible_host: 10.0.0.9}}
    patroni: {children: {c69: , c70: {hosts: {'db70-1:2222': }}}}
extra:
  hosts:
    witness:
  children: {c70: }
`;

describe.skipIf(ansible === undefined)('inventories against ansible-inventory', () => {
  it.each([
    ['an INI file', { hosts: ini }, 'hosts'],
    ['a YAML file', { 'hosts.yml': yaml }, 'hosts.yml'],
    [
      'a folder',
      { 'inv/a': ini, 'inv/b.yaml': yaml, 'inv/c.bak': '[x]\n', 'inv/group_vars/web.yml': 'k: v\n' },
      'inv',
    ],
  ])('are read alike: %s', async (_what, files, path) => {
    const folder = folderWith(files);

    const ours = (await readAnsibleInventory(join(folder, path))).map(
      ({ name, expressions }) => [name, expressions.toSorted()] as const,
    );
    expect(Object.fromEntries(ours)).toEqual(theirGroups(join(folder, path), folder));
  });
});

interface TheirGroup {
  readonly hosts?: readonly string[];
  readonly children?: readonly string[];
}

/** Every group that has nodes or is written in the inventory, with its children's nodes. */
function theirGroups(path: string, cwd: string): Record<string, string[]> {
  const output = execFileSync(ansible!, ['-i', path, '--list'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { _meta: _variables, ...groups } = JSON.parse(output) as Record<string, TheirGroup>;
  const membersOf = (name: string): string[] => {
    const { hosts = [], children = [] } = groups[name] ?? {};
    return [...hosts, ...children.flatMap(membersOf)];
  };
  const names = new Set(Object.entries(groups).flatMap(([name, { children = [] }]) => [name, ...children]));
  return Object.fromEntries([...names].map((name) => [name, [...new Set(membersOf(name))].toSorted()]));
}
