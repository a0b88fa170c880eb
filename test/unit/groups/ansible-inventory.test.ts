import { describe, expect, it } from 'vitest';
import { readAnsibleInventory } from '../../../src/groups/ansible-inventory.ts';
import { folderWith } from './group-folder.ts';

async function read(files: Record<string, string>, path: string): Promise<Record<string, string[]>> {
  const groups = await readAnsibleInventory(`${folderWith(files)}/${path}`);
  return Object.fromEntries(groups.map(({ name, expressions }) => [name, [...expressions]]));
}

describe('Ansible inventories', () => {
  it('in INI: ranges, ports, children, variables, nodes in no group', async () => {
    const ini = `# comment
lone1 ansible_host=10.0.0.1 # why
[web]
web[01:05:2] ansible_user="x y"
web-[a:c]
mail.example.com:2222
[2001:db8::1]:99
[db]
db[1:2]-[3:4]
[db:vars]
x[1]=y
[prod:children]
web # and
db
[empty]
`;

    const web = ['web01', 'web03', 'web05', 'web-a', 'web-b', 'web-c', 'mail.example.com', '2001:db8::1'];
    const db = ['db1-3', 'db1-4', 'db2-3', 'db2-4'];
    expect(await read({ hosts: ini }, 'hosts')).toEqual({
      web,
      db,
      prod: [...web, ...db],
      empty: [],
      ungrouped: ['lone1'],
      all: ['lone1', ...web, ...db],
    });
  });

  it('in YAML, nested', async () => {
    const yaml = `all:
  hosts: {lone: }
  vars: {a: b}
  children:
    cluster69:
      hosts:
        db69-[1:3]:
        witness: {ansible_host: 10.0.0.9}
    patroni: {children: {cluster69: }}
`;

    expect(await read({ 'inv.yml': yaml }, 'inv.yml')).toEqual({
      cluster69: ['db69-1', 'db69-2', 'db69-3', 'witness'],
      patroni: ['db69-1', 'db69-2', 'db69-3', 'witness'],
      ungrouped: ['lone'],
      all: ['lone', 'db69-1', 'db69-2', 'db69-3', 'witness'],
    });
  });

  it('in a folder: all its files together, without variables and leftovers', async () => {
    const files = {
      'inv/1-hosts': '[web]\nw1\n',
      'inv/2.yml': 'web: {hosts: {w2: }}\n',
      'inv/hosts.bak': '[web]\nold\n',
      'inv/group_vars/web.yml': 'x: y\n',
    };

    expect(await read(files, 'inv')).toEqual({ web: ['w1', 'w2'], all: ['w1', 'w2'] });
  });

  it.each([
    ['[a:children]\nb\n', ':2: group "a" has the unknown child "b"'],
    ['[a:children]\nb\n[b:children]\na\n', ':1: group contains itself: a → b → a'],
    ['[a\n', ':1: expected a node or a [section], found "[a"'],
    ['web[1:\n', ':1: "web[1:" cannot be the name of a node'],
    ['web[3:1]\n', ':1: bad range "[3:1]"'],
    ['web[01:100]\n', ':1: bad range "[01:100]"'],
    ['web[1:9:0]\n', ':1: bad range "[1:9:0]"'],
    ['w[1:999][1:999]\n', ':1: "w[1:999][1:999]" stands for more than 100000 names'],
    ['w[1:999999999]\n', ':1: bad range "[1:999999999]"'],
    ['$(touch canary)\n', ':1: "$(touch" cannot be the name of a node'],
    ['-oProxyCommand=x\n', ':1: "-oProxyCommand=x" cannot be the name of a node'],
    ['#!/bin/sh\n', ':1: a dynamic inventory is a program, not a file'],
  ])('refuses %j with file and line', async (text, message) => {
    await expect(read({ hosts: text }, 'hosts')).rejects.toThrow(`/hosts${message}`);
  });

  it.each([
    ['a: {host: {w1: }}\n', ':1: group "a" cannot have "host"'],
    ['a:\n  hosts: w1\n', ':2: expected a map of nodes'],
    ['a: {hosts: {w1: }\n', ':2: '],
  ])('refuses %j with file and line', async (text, message) => {
    await expect(read({ 'hosts.yaml': text }, 'hosts.yaml')).rejects.toThrow(`/hosts.yaml${message}`);
  });

  it('refuses an inventory that does not exist', async () => {
    await expect(readAnsibleInventory('/nowhere/hosts')).rejects.toThrow('/nowhere/hosts: no such inventory');
  });
});
