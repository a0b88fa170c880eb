import { describe, expect, it } from 'vitest';
import { readSnapshot, stateBetween } from '../../../src/shell/node-state.ts';
import type { Snapshot } from '../../../src/shell/node-state.ts';

const login: Snapshot = {
  directory: '/home/a',
  previousDirectory: '',
  umask: '0022',
  env: new Map([
    ['HOME', '/home/a'],
    ['LANG', 'C'],
  ]),
};

describe('readSnapshot', () => {
  it('reads directories, umask and variables, line breaks and all', () => {
    expect(readSnapshot('/tmp\0/home\x000022\0A=1\0B=x\ny=z\0EMPTY=\0')).toEqual({
      directory: '/tmp',
      previousDirectory: '/home',
      umask: '0022',
      env: new Map([
        ['A', '1'],
        ['B', 'x\ny=z'],
        ['EMPTY', ''],
      ]),
    });
  });

  it("leaves out what is the shell's own and what no script can set", () => {
    const snapshot = readSnapshot(
      '/\0\x0022\0PWD=/\0OLDPWD=/\0SHLVL=1\0_=/usr/bin/env\0BASH_FUNC_f%%=() {\0A.B=1\0',
    );
    expect(snapshot?.env).toEqual(new Map());
  });

  it('knows no variables where env -0 says nothing', () => {
    expect(readSnapshot('/tmp\0\x000022\0')).toEqual({
      directory: '/tmp',
      previousDirectory: '',
      umask: '0022',
    });
  });

  it.each(['', '/tmp', '/tmp\0/\0', '/tmp\0/\0not a umask\0', '/tmp\0/\x000022\0A=cut'])(
    'does not trust a cut or strange body: %j',
    (body) => {
      expect(readSnapshot(body)).toBeUndefined();
    },
  );
});

describe('stateBetween', () => {
  it('is what differs from a fresh login', () => {
    const after: Snapshot = {
      directory: '/tmp',
      previousDirectory: '/home/a',
      umask: '0077',
      env: new Map([
        ['HOME', '/home/a'],
        ['X', '1'],
      ]),
    };
    expect(stateBetween(login, after, undefined)).toEqual({
      directory: '/tmp',
      previousDirectory: '/home/a',
      umask: '0077',
      exports: new Map([['X', '1']]),
      unset: ['LANG'],
    });
  });

  it('is nothing when nothing differs', () => {
    expect(stateBetween(login, login, undefined)).toBeUndefined();
  });

  it('keeps the variables known before when they cannot be read', () => {
    const { env: _, ...unread } = login;
    const held = { exports: new Map([['X', '1']]), unset: ['LANG'] };
    expect(stateBetween(unread, { ...unread, directory: '/tmp' }, held)).toEqual({
      directory: '/tmp',
      ...held,
    });
  });
});
