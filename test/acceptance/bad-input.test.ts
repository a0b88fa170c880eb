import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configurationOfFile } from '../support/configuration-of-file.ts';
import { muster } from '../support/muster.ts';

const { folder, env } = configurationOfFile({
  'groups.conf': `[Main]
autodir: $CFGDIR/groups.d
[hangs]
map: sleep 3600
list: sleep 3600
time_limit: 0.5
[fails]
map: echo no such database >&2; exit 3
[garbage]
map: printf 'n[1-\\nn2'
[binary]
map: printf 'n1\\001\\033[31m'
[endless]
map: yes n1
[echoes]
map: echo $GROUP
`,
  'groups.d/fleet.yaml': "cycle:\n  a: '@b'\n  b: 'n1,@c'\n  c: '@a'\n  self: '@self'\nbad:\n  g: 'n[1-3'\n",
});
const proof = join(folder, 'proof');

const hugeList = `n[${Array.from({ length: 20_000 }, (_, at) => at * 2).join()}`;

/** Words of `muster nodes -f` and `muster run -w`; what the one sentence holds. */
const cases: readonly { readonly name: string; readonly text: string; readonly says: string }[] = [
  { name: 'a bracket that is not closed', text: 'n[1-3', says: 'missing closing bracket' },
  { name: 'a bracket that is not opened', text: 'n1-3]', says: 'illegal closing bracket' },
  { name: 'a bracket in a bracket', text: 'n[1[2]]', says: 'illegal opening bracket' },
  { name: 'a long bracket that is not closed', text: hugeList, says: 'missing closing bracket' },
  { name: 'an empty range', text: 'n[]', says: 'empty range' },
  { name: '10^9 nodes', text: 'n[0-1000000000]', says: 'holds at most' },
  { name: '10^9 nodes in three dimensions', text: 'n[1-1000]-[1-1000]-[1-1000]', says: 'holds at most' },
  { name: '10^9 nodes of steps', text: 'n[0-100000000000/7]', says: 'holds at most' },
  { name: 'a number longer than any', text: `n[1-${'9'.repeat(400)}]`, says: 'range too large' },
  { name: '10^9 groups', text: '@cycle:g[0-1000000000]', says: 'holds at most' },
  { name: 'a missing operand', text: 'n1,,n2', says: 'missing' },
  { name: 'groups in a circle', text: '@cycle:a', says: '@cycle:a → @cycle:b → @cycle:c → @cycle:a' },
  { name: 'a group that holds itself', text: '@cycle:self', says: '@cycle:self → @cycle:self' },
  { name: 'a broken value in a file', text: '@bad:g', says: 'fleet.yaml' },
  { name: 'an upcall that hangs', text: '@hangs:x', says: '0.5 s' },
  { name: 'an upcall that fails', text: '@fails:x', says: 'no such database' },
  { name: 'an upcall that prints garbage', text: '@garbage:x', says: 'groups.conf:10' },
  { name: 'an upcall that prints control characters', text: '@binary:x', says: 'binary' },
  { name: 'an upcall that never stops printing', text: '@endless:x', says: 'endless' },
  {
    name: 'a command in a group name',
    text: `@echoes:x;touch ${proof}`,
    says: 'illegal group name',
  },
  {
    name: 'a substitution in a group name',
    text: `@echoes:$(touch ${proof})`,
    says: 'illegal group name',
  },
  {
    name: 'backticks in a group name',
    text: `@echoes:\`touch ${proof}\``,
    says: 'illegal group name',
  },
];

describe('bad input ends at once with one sentence and exit status 2', () => {
  test.concurrent.each(cases)('$name', async ({ text, says }) => {
    const [listed, run] = await Promise.all([
      muster(['nodes', '-f', text], { env }),
      muster(['run', '-R', 'exec', '-w', text, `touch ${proof}`], { env }),
    ]);

    for (const { stdout, stderr, code } of [listed, run]) {
      const shown = Buffer.from(stderr, 'latin1').toString('utf8');
      expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
      expect(shown).toMatch(/^muster: /);
      expect(shown).toContain(says);
      expect(shown).not.toMatch(/\n {4}at |[\u0001\u001b]/);
      expect(shown.length).toBeLessThan(2000);
    }
    expect(existsSync(proof)).toBe(false);
  });

  test('shell characters in a node name reach no shell of this machine', async () => {
    const { stdout, code } = await muster(['nodes', '-e', `n1;touch ${proof}`, `$(touch ${proof})`], { env });

    expect(code).toBe(0);
    expect(stdout).toContain(';touch');
    expect(existsSync(proof)).toBe(false);
  });

  test('a line of garbage for fold names the line', async () => {
    const { stdout, stderr, code } = await muster(['fold', '-b'], { env, input: 'n1: a\n\u0001\u0002\n' });

    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatch(/^muster: .*line 2/);
  });
});
