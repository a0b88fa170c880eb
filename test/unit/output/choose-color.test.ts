import { describe, expect, test } from 'vitest';
import { chooseColor } from '../../../src/output/choose-color.ts';

const terminal = { stdoutIsTTY: true, stderrIsTTY: true };
const pipe = { stdoutIsTTY: false, stderrIsTTY: false };

describe('colour', () => {
  test.each([
    { option: undefined, env: {}, on: terminal, colored: true },
    { option: undefined, env: {}, on: pipe, colored: false },
    { option: undefined, env: { NO_COLOR: '1' }, on: terminal, colored: false },
    { option: undefined, env: { NO_COLOR: '' }, on: terminal, colored: true },
    { option: undefined, env: { NO_COLOR: '1', CLICOLOR_FORCE: '1' }, on: pipe, colored: false },
    { option: undefined, env: { CLICOLOR_FORCE: '1' }, on: pipe, colored: true },
    { option: undefined, env: { CLICOLOR_FORCE: '0' }, on: pipe, colored: false },
    { option: undefined, env: { CLICOLOR: '0' }, on: terminal, colored: false },
    { option: undefined, env: { CLICOLOR: '1' }, on: pipe, colored: false },
    { option: undefined, env: { TERM: 'dumb' }, on: terminal, colored: false },
    { option: 'auto', env: { NO_COLOR: '1' }, on: terminal, colored: true },
    { option: 'auto', env: { CLICOLOR_FORCE: '1' }, on: pipe, colored: false },
    { option: 'always', env: { NO_COLOR: '1' }, on: pipe, colored: true },
    { option: 'never', env: { CLICOLOR_FORCE: '1' }, on: terminal, colored: false },
  ] as const)('--color=$option with $env: $colored', ({ option, env, on, colored }) => {
    expect(chooseColor(option, { env, ...on })).toBe(colored);
  });

  test('needs stderr to be a terminal too, unless -B sends everything to stdout', () => {
    const surroundings = { env: {}, stdoutIsTTY: true, stderrIsTTY: false };

    expect(chooseColor(undefined, surroundings)).toBe(false);
    expect(chooseColor(undefined, { ...surroundings, mergeStderr: true })).toBe(true);
  });

  test('clush.conf decides when nothing else does', () => {
    expect(chooseColor(undefined, { env: {}, ...pipe }, 'always')).toBe(true);
    expect(chooseColor(undefined, { env: { NO_COLOR: '1' }, ...pipe }, 'always')).toBe(false);
  });
});
