import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster, runProgram } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';

const clubak = findTool('clubak', 'clustershell');
const folder = mkdtempSync(join(tmpdir(), 'muster-clubak-cli-'));
const env = { HOME: folder, XDG_CONFIG_HOME: folder, CLUSTERSHELL_CFGDIR: folder, NODE_ENV: undefined };

beforeAll(() => {
  mkdirSync(join(folder, 'groups.d'));
  writeFileSync(join(folder, 'groups.conf'), '[Main]\ndefault: roles\nconfdir:\nautodir: $CFGDIR/groups.d\n');
  writeFileSync(
    join(folder, 'groups.d', 'fleet.yaml'),
    "roles:\n  db: 'db[1-3]'\n  etcd: 'etcd[1-2]'\nracks:\n  r1: 'db[1-2]'\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const few = 'n1: a\nn2: a\nn3: b\nn10: b\nm1: b\n';
const long = 'n1: a\nn1: l2\nn2: a\nn2: X\nn3: a\nn3: l2\nn3: l3\nn4: a\nn4: l2\n';
const groups = 'db1: a\ndb2: a\ndb3: a\nx: a\netcd1: b\n';

const everyOption = [
  '',
  '-b',
  '-c',
  '--dshbak',
  '-B',
  '-L',
  '-bL',
  '-N',
  '-bN',
  '-LN',
  '-bLN',
  '-q',
  '-qb',
  '-v',
  '-vb',
  '-Lv',
  '-F',
  '-Fb',
  '--diff',
  '--color=always',
  '--color=always -b',
  '--color=always -L',
  '--color=always -bL',
  '--color=always --diff',
  '--color=never -b',
  '-b --interpret-keys=always',
  '-b some words',
];

const cases: readonly { readonly args: string; readonly input: string }[] = [
  ...[few, long].flatMap((input) => everyOption.map((args) => ({ args, input }))),
  ...['-T', '-Tb', '-TL', '-TN', '-T --diff'].map((args) => ({ args, input: few })),
  ...['-r', '-rL', '-r -G', '-r -s racks', '-rG -s racks', '-rq'].map((args) => ({ args, input: groups })),
  { args: '-b -S |', input: 'n1|a\nn2|a:b\n' },
  { args: '-b -S =>', input: 'n1 => a\nn2 => b\n' },
  { args: '-b', input: 'n[1-3]: a\n@etcd: b\nn2: c\nn[1-2]: d\n' },
  { args: '-L', input: 'n[1-3]: a\n@etcd: b\nn2: c\nn[1-2]: d\n' },
  { args: '', input: 'n[1-3]: a\n@etcd: b\n' },
  { args: '-b', input: 'n[1: a\nn[1: b\n' },
  { args: '-b --interpret-keys=never', input: 'n[1-2]: a\n' },
  { args: '-b', input: 'n1,n2: a\n' },
  { args: '-b', input: 'n1: a\r\nn2: a\r\n' },
  { args: '-b', input: 'n1:\nn2:\nn3: \n' },
  { args: '-b', input: '' },
  { args: '', input: 'n1: a' },
  { args: '-b', input: 'n1: a\n x: l2\n  n1 : b\n' },
  { args: '-b', input: 'n1 n2: a\n' },
  { args: '-L', input: 'n1: \ta\t \n' },
];

describe.skipIf(clubak === undefined)('muster fold and clubak', () => {
  it.each(cases)('answer alike: $args $input', async ({ args, input }) => {
    const argv = args === '' ? [] : args.split(' ');
    const [ours, theirs] = await Promise.all([
      muster(['fold', ...argv], { env, input }),
      runProgram(clubak!, argv, { env, input }),
    ]);

    expect({ stdout: ours.stdout, code: ours.code }).toEqual({ stdout: theirs.stdout, code: 0 });
    expect(theirs.code).toBe(0);
  });

  it.each([
    { args: '-b', input: 'n1: a\nnoseparator\n' },
    { args: '-b', input: 'n1: a\n\nn2: b\n' },
    { args: '-b', input: 'n1: a\n: x\n' },
    { args: '--diff -L', input: few },
    { args: '--interpret-keys=often', input: few },
    { args: '-b --interpret-keys=always', input: 'n[1: a\n' },
    { args: '-r -s nosrc', input: few },
  ])('refuse: $args $input', async ({ args, input }) => {
    const [ours, theirs] = await Promise.all([
      muster(['fold', ...args.split(' ')], { env, input }),
      runProgram(clubak!, args.split(' '), { env, input }),
    ]);

    expect({ stdout: ours.stdout, code: ours.code }).toEqual({ stdout: '', code: 2 });
    expect(theirs.code).toBeGreaterThan(0);
  });
});

describe.skipIf(clubak === undefined)('where muster fold differs from clubak on purpose', () => {
  it('does not let a key that cannot be read split a node in two', async () => {
    const input = 'n[1-2]: a\nn[2: c\nn[1-2]: z\n';

    const ours = await muster(['fold', '-L'], { env, input });
    const theirs = await runProgram(clubak!, ['-L'], { env, input });

    expect(ours.stdout).toBe('n[2:  c\nn[1-2]:  a\nn[1-2]:  z\n');
    expect(theirs.stdout.split('\n')).toContain('n1:  a');
    expect(theirs.stdout.split('\n')).toContain('n[1-2]:  z');
  });

  it('folds names that are not interpreted, where clubak lists them in no order', async () => {
    const input = 'n1: a\nn2: a\n';

    const ours = await muster(['fold', '-bL', '--interpret-keys=never'], { env, input });
    const theirs = await runProgram(clubak!, ['-bL', '--interpret-keys=never'], { env, input });

    expect(ours.stdout).toBe('n[1-2]:  a\n');
    expect(['n1,n2:  a\n', 'n2,n1:  a\n']).toContain(theirs.stdout);
  });

  it('does not drop lines of an unknown group', async () => {
    const input = '@typo: a\n';

    const ours = await muster(['fold', '-b'], { env, input });
    const theirs = await runProgram(clubak!, ['-b'], { env, input });

    expect(ours).toMatchObject({ stdout: '', code: 2 });
    expect(theirs).toMatchObject({ stdout: '', code: 0 });
  });

  it('shows in the tree who said the longer text', async () => {
    const input = 'n1: a\nn2: a\nn2: b\n';

    const ours = await muster(['fold', '-TL'], { env, input });
    const theirs = await runProgram(clubak!, ['-TL'], { env, input });

    expect(ours.stdout).toBe('n[1-2]:\n a\nn2:\n   b\n');
    expect(theirs.stdout).toBe('n[1-2]:\n a\n b\n');
  });
});
