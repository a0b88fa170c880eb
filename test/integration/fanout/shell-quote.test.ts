import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote } from '../../../src/fanout/shell-quote.ts';
import { findTool } from '../../support/require-tool.ts';

const shells = [
  ['sh', 'dash'],
  ['bash', 'bash'],
  ['zsh', 'zsh'],
  ['mksh', 'mksh'],
  ['ksh93', 'ksh93u+m'],
] as const;

describe.each(shells)('shellQuote, read by %s', (name, debianPackage) => {
  const shell = findTool(name, debianPackage);

  it.skipIf(shell === undefined)('makes one word of any text', () => {
    const character = fc.oneof(
      fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~ \t\n\r%^='.split('')),
      fc.string({ unit: 'binary', maxLength: 1 }),
    );
    const text = fc.string({ unit: character }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(fc.array(text, { minLength: 20, maxLength: 50 }), (values) => {
        const script = values.map((value) => `printf '%s\\0' ${shellQuote(value)}`).join('\n');
        const words = execFileSync(shell!, ['-s'], { input: script }).toString().split('\0');

        expect(words.slice(0, -1)).toEqual(values);
      }),
      { numRuns: 30 },
    );
  });
});
