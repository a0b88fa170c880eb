import { expect, it } from 'vitest';
import { parseSimpleYamlGroups } from '../../../src/groups/simple-yaml-groups.ts';
import { parseAnyYamlGroups } from '../../../src/groups/yaml-groups.ts';
import { seededRandom } from '../../differential/groups-generator.ts';

const usual = `# groups of this site

roles:                                  # a source
    patroni: '@cluster:69,@cluster:70'  # groups may name groups
    etcd: "etcd[1-3] etcd5"
    haproxy: [lb01, 'lb[02-03]',"lb04"]
    web: web[1-9]
    none:
    null_too: null
cluster:
  69: 'db69-[1-3]'
  '070': db70-1
`;

it('reads the usual form as the YAML parser does', async () => {
  const simple = parseSimpleYamlGroups(usual, 'pg.yaml');

  expect(simple).toEqual(await parseAnyYamlGroups(usual, 'pg.yaml'));
  expect(simple?.[0]?.groups.map(({ name }) => name)).toEqual([
    'patroni',
    'etcd',
    'haproxy',
    'web',
    'none',
    'null_too',
  ]);
});

const lines = [
  'a:',
  'b:',
  "'c':",
  '"69":',
  'a: # x',
  'a:#x',
  'a: n1',
  '---',
  '# c',
  '',
  '  # c',
  '\t',
  'a : ',
  '<<: x',
  '&x a:',
  '  g: n1',
  '  h: n[1-3]',
  "  i: 'n1 # n2'",
  '  j: "n1, n2"',
  '  k: [n1, n2]',
  "  l: ['n[1-2]', n3]",
  '  m:',
  '  n: ~',
  '  o: null',
  '  69: n1 ',
  '  p: n1 # x',
  '  q: n1#x',
  '  r: n1 n2',
  '  s: @a',
  '  t: n1:22',
  '  u: n1: x',
  "  v: 'it''s'",
  '  w: "n\\t1"',
  '   g: n1',
  '    deep: n1',
  '  - n1',
  '- n1',
  '    more',
  '  x: |',
  '  y: {z: n1}',
  '  z: [n1',
  '  aa: [n1, ]',
  '  ab: [ ]',
  '  ac: [a b, c]',
  '  ba: [\'n[1-2]\' , "n3,n4"]',
  "  bb: ['n1'n2]",
  '  bc: [n1,]',
  '  bd: [n1,,n2]',
  '  be: [n1:22, n2]',
  '  bf: [n1, #x]',
  '  bg: [n1] x',
  '  bh: []',
  '  bi: [null, n1]',
  '  ad: !t n1',
  '  ae: *x',
  '  af: n1]',
  '  ag: n1,',
  '  ah: 0x10',
  '  "ai": yes',
  '  aj:n1',
  '  g:  n2',
  '  : n1',
  '  ?: n1',
  '  ak: n1{2}',
  '  al: -n1',
  '  am: 2-n1',
];

it('never differs from the YAML parser, it rather says nothing', async () => {
  const random = seededRandom(Number(process.env['MUSTER_DIFF_SEED'] ?? 1));
  const texts = Array.from({ length: 3000 }, () => {
    const some = Array.from({ length: 1 + random.below(5) }, () => random.pick(lines));
    return `${random.below(4) === 0 ? '' : 'src:\n'}${some.join('\n')}${random.pick(['', '\n'])}`;
  });
  const read = texts
    .map((text) => ({ text, parts: parseSimpleYamlGroups(text, 'f') }))
    .filter(({ parts }) => parts !== undefined);
  const real = await Promise.all(
    read.map(async ({ text }) => ({
      text,
      parts: await parseAnyYamlGroups(text, 'f').catch((error: Error) => error.message),
    })),
  );

  expect(read).toEqual(real);
  expect(read.length).toBeGreaterThan(200);
});
