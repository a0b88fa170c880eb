import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { muster } from '../support/muster.ts';
import { findTool } from '../support/require-tool.ts';

const clush = findTool('clush', 'clustershell');
const help = clush === undefined ? '' : execFileSync(clush, ['--help'], { encoding: 'utf8' });
const letters = [...help.matchAll(/^ +(-[A-Za-z])\b/gm)].map(([, letter]) => letter!);
const words = [...help.matchAll(/(?:^ +|, )(--[a-z][a-z_-]+)/gm)].map(([, word]) => word!);

describe.skipIf(clush === undefined)('every option that clush --help names', () => {
  test('there are many', () => {
    expect(letters.length).toBeGreaterThan(20);
    expect(words.length).toBeGreaterThan(20);
  });

  test.each([...new Set([...letters, ...words])].filter((option) => option !== '--version'))(
    '%s is an option of muster run',
    async (option) => {
      // It may lack a value, or nodes: what is wrong must not be that it is unknown.
      const { stderr } = await muster(['run', '--dry-run', option]);

      expect(stderr).not.toMatch(/nonexistent|ambiguous|unknown command/i);
    },
  );

  test('--version, asked through an alias', async () => {
    expect((await muster(['run', '--version'])).stdout).toMatch(/^muster \d+\.\d+\.\d+ /);
  });
});
