/** Groups of a fleet, of several kinds of source, for command lines that both tools are asked. */
export const fleetGroups: Readonly<Record<string, string>> = {
  'groups.conf': `[Main]
default: roles
confdir:
autodir: $CFGDIR/groups.d
[up,up2]
map: printf '$SOURCE-$GROUP-1 $SOURCE-$GROUP-2\\nextra[1-2]\\n'
list: echo z
[local]
map: true
all: true
list: true
`,
  'groups.d/fleet.yaml': `roles:
  patroni: '@cluster:69,@cluster:70'
  etcd: 'etcd[1-3]'
  haproxy: 'lb[01-02]'
  multi: [srv001, 'srv002,srv101']
cluster:
  '69': 'db69-[1-3]'
  '70': 'db70-[1-3]'
  '71': 'db71-[1-3]'
racks:
  rack1: 'node[1-4]'
  rack2: 'node[5-8]'
  rack3: 'node[9-12]'
  old: '@rack[1,3]'
withall:
  a: 'x[1-3]'
  b: 'x[4-6]'
  all: 'x[1-5]'
`,
};
