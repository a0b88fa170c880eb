import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchPattern, matchPatternList } from '../../../src/ssh/pattern.ts';

describe('patterns of ssh_config and known_hosts', () => {
  it.each([
    ['web1', 'web1', true],
    ['web1', 'WEB1', false],
    ['web1', 'web?', true],
    ['web', 'web?', false],
    ['web12', 'web*2', true],
    ['', '*', true],
    ['', '?', false],
    ['a.b.c', '*.b.*', true],
    ['aaa', '*a*a*a*a', false],
  ])('%j against %j: %j', (text, pattern, matches) => {
    expect(matchPattern(text, pattern)).toBe(matches);
  });

  it('match what the same regular expression matches', () => {
    const letters = fc.constantFrom('a', 'b', '.', '-');
    const text = fc.array(letters, { maxLength: 12 }).map((all) => all.join(''));
    const pattern = fc
      .array(fc.oneof(letters, fc.constantFrom('*', '?')), { maxLength: 8 })
      .map((all) => all.join(''));

    fc.assert(
      fc.property(text, pattern, (given, wanted) => {
        const expression = wanted
          .replace(/[.-]/g, String.raw`\$&`)
          .replaceAll('*', '.*')
          .replaceAll('?', '.');
        expect(matchPattern(given, wanted)).toBe(new RegExp(`^${expression}$`).test(given));
      }),
    );
  });

  it('are quick however many stars there are', () => {
    expect(matchPattern('a'.repeat(5000), `${'*a'.repeat(50)}b`)).toBe(false);
  });

  it('in lists: a negated one that matches decides', () => {
    expect(matchPatternList('web1', ['*', '!web1'])).toBe(false);
    expect(matchPatternList('web2', ['*', '!web1'])).toBe(true);
    expect(matchPatternList('web2', ['!web1'])).toBe(false);
  });
});
