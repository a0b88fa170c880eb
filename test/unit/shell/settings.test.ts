import { describe, expect, it } from 'vitest';
import { changeSetting, defaultSettings, findSetting, showSettings } from '../../../src/shell/settings.ts';
import type { ShellSettings } from '../../../src/shell/settings.ts';

const change = (word: string, argument: string, settings: ShellSettings = defaultSettings) =>
  changeSetting(settings, findSetting(word)!, argument);

describe('changeSetting', () => {
  it('toggles a switch that has no word after it', () => {
    expect(change('b', '')).toEqual({
      ok: true,
      settings: { ...defaultSettings, gather: true },
      says: 'gather: on',
    });
    expect(change('b', '', { ...defaultSettings, gather: true })).toMatchObject({ says: 'gather: off' });
  });

  it('sets a switch to the word after it', () => {
    expect(change('stop', 'on')).toMatchObject({ settings: { stopOnFailure: true }, says: 'stop: on' });
    expect(change('r', 'off')).toMatchObject({ settings: { regroup: false } });
  });

  it('shows a value that has no word after it', () => {
    expect(change('f', '')).toEqual({ ok: true, settings: defaultSettings, says: 'fanout: 64' });
    expect(change('l', '')).toMatchObject({ says: 'user: -' });
  });

  it('turns seconds into milliseconds, and off into none', () => {
    const limited = change('u', '1.5');
    expect(limited).toMatchObject({ settings: { commandTimeoutMs: 1500 }, says: 'timeout: 1.5 s' });
    const off = change('u', 'off', { ...defaultSettings, commandTimeoutMs: 1500 });
    expect(off).toEqual({ ok: true, settings: defaultSettings, says: 'timeout: off' });
  });

  it('forgets the user for a hyphen', () => {
    expect(change('user', '-', { ...defaultSettings, user: 'admin' })).toEqual({
      ok: true,
      settings: defaultSettings,
      says: 'user: -',
    });
  });

  it('gathers what is to be merged or compared, and compares nothing that is not gathered', () => {
    expect(change('diff', 'on')).toMatchObject({ settings: { diff: true, gather: true, lineMode: false } });
    expect(change('B', 'on')).toMatchObject({ settings: { mergeStderr: true, gather: true } });
    expect(change('b', 'off', { ...defaultSettings, gather: true, diff: true })).toMatchObject({
      settings: { gather: false, diff: false },
    });
    expect(change('L', 'on', { ...defaultSettings, diff: true })).toMatchObject({
      settings: { lineMode: true, diff: false },
    });
  });

  it.each([
    ['f', '0', ':fanout takes a number from 1, not "0"'],
    ['f', '-1', ':fanout takes a number from 1, not "-1"'],
    ['f', 'all', ':fanout takes a number from 1, not "all"'],
    ['u', 'soon', ':timeout takes seconds or off, not "soon"'],
    ['t', '-3', ':connect takes seconds or off, not "-3"'],
    ['b', 'maybe', ':gather takes on or off, not "maybe"'],
    ['user', '-oProxyCommand=x', '"-oProxyCommand=x" is no user name'],
    ['user', 'a b', '"a b" is no user name'],
  ])(':%s %s is refused with a sentence', (word, argument, message) => {
    expect(change(word, argument)).toEqual({ ok: false, message });
  });
});

describe('showSettings', () => {
  it('shows each setting with what to type', () => {
    expect(showSettings({ ...defaultSettings, user: 'admin', commandTimeoutMs: 30_000 }))
      .toMatchInlineSnapshot(`
      [
        ":b, :gather    off      identical output together",
        ":B, :merge     off      gather stderr too",
        ":L, :lines     off      order the output line by line",
        ":r, :regroup   off      group names in headers",
        ":diff          off      show only how outputs differ",
        ":N, :nolabels  off      no node names before output",
        ":q, :quiet     off      no progress, no counts",
        ":stop          off      stop at the first failure",
        ":f, :fanout    64       nodes at the same time",
        ":l, :user      admin    remote user",
        ":u, :timeout   30 s     seconds a command may take",
        ":t, :connect   off      seconds a connection may take",
      ]
    `);
  });
});
