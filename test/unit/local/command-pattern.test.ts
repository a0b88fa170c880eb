import { expect, test } from 'vitest';
import { expandPatterns, runsOnce } from '../../../src/local/command-pattern.ts';

const values = { node: 'db1', rank: 4, nodeSet: 'db[1-9]' };

test.each([
  ['echo %h %host', 'echo db1 db1'],
  ['echo %n %rank', 'echo 4 4'],
  ['echo %hosts', 'echo db[1-9]'],
  ['date +%%s', 'date +%s'],
  ['echo %hx %%h', 'echo db1x %h'],
])('%s becomes %s', (command, expected) => {
  expect(expandPatterns(command, values)).toBe(expected);
});

test.each([
  ['echo %z', '"%z"'],
  ['echo %', '"%"'],
])('refuses %s and names the pattern', (command, named) => {
  expect(() => expandPatterns(command, values)).toThrow(`${named} is no pattern of the exec worker`);
});

test('a command about the whole set runs once', () => {
  expect(runsOnce('ping %hosts')).toBe(true);
  expect(runsOnce('ping %host')).toBe(false);
  expect(runsOnce('date +%%hosts')).toBe(false);
});
