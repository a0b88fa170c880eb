import { expect, it } from 'vitest';
import { splitShellWords } from '../../../src/config/shell-words.ts';

it.each([
  ['a b\tc', ['a', 'b', 'c']],
  [`'a b' "c d"e f\\ g`, ['a b', 'c de', 'f g']],
  [`"a\\"b" 'c\\d' "\\x"`, ['a"b', 'c\\d', '\\x']],
  [`'' ""`, ['', '']],
  ['  ', []],
])('splits %j as a shell would', (text, words) => {
  expect(splitShellWords(text)).toEqual(words);
});

it('finds a quote that is never closed', () => {
  expect(splitShellWords(`a 'b`)).toBeUndefined();
});
