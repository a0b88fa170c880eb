import { describe, expect, it } from 'vitest';
import { mayChangeState } from '../../../src/shell/state-words.ts';

describe('mayChangeState', () => {
  it.each([
    'cd /tmp',
    'cd',
    'pushd /tmp',
    'ls; cd /tmp',
    'test -d /x && cd /x',
    'false || cd /x',
    'if true; then cd /; fi',
    'while :; do cd ..; done',
    '{ cd /tmp; }',
    'f() { cd /tmp; }; f',
    'function f { cd /tmp; }; f',
    'case $x in a) cd /;; esac',
    '! cd /tmp',
    'time cd /tmp',
    'builtin cd /tmp',
    'command -p cd /tmp',
    '>log cd /tmp',
    '2>/dev/null cd /tmp',
    'export X=1',
    'X=1',
    'ls && X=1',
    'X=1; ls',
    'PATH+=:/x',
    'A=1 export B=2',
    'unset X',
    'umask 077',
    'set -a',
    '. ./env',
    'source env',
    'eval "$x"',
    'read x <f',
    'printf -v X y',
    'for PATH in /a; do :; done',
    '$cmd /tmp',
    '"cd" /tmp',
    '\\cd /tmp',
    "c'd' /tmp",
    '{cd,/tmp}',
    '`echo cd` /tmp',
  ])('says yes to %s', (line) => {
    expect(mayChangeState(line)).toBe(true);
  });

  it.each([
    'uname -r',
    'grep cd file',
    'echo export X=1',
    'echo "cd /tmp; X=1"',
    "sh -c 'cd /tmp; ls'",
    'PGUSER=x psql -c "set x to 1"',
    'ls /tmp >cd',
    'ls 2>&1 | grep export',
    'sudo cd /tmp',
    'systemctl set-property x=1',
    'dd if=a of=b',
    'printf "%s\\n" x',
    '/usr/bin/env X=1 true',
    '',
  ])('says no to %s', (line) => {
    expect(mayChangeState(line)).toBe(false);
  });

  it('reads a very long line in no time', () => {
    const line = `echo ${'"a" \'b\' c=d '.repeat(20_000)}`;

    const start = performance.now();
    expect(mayChangeState(line)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
