import { describe, expect, it } from 'vitest';
import { readWindow } from '../../../src/rolling/window.ts';

describe('a maintenance window', () => {
  const nights = readWindow('Tue-Thu 21:00-05:00 Europe/Paris');

  it.each([
    ['2026-11-24T19:59:00Z', false, 'Tuesday 20:59 in Paris'],
    ['2026-11-24T20:00:00Z', true, 'Tuesday 21:00 in Paris'],
    ['2026-11-25T03:59:00Z', true, 'Wednesday 04:59, begun on Tuesday'],
    ['2026-11-25T04:00:00Z', false, 'Wednesday 05:00'],
    ['2026-11-27T03:00:00Z', true, 'Friday 04:00, begun on Thursday'],
    ['2026-11-27T21:00:00Z', false, 'Friday 22:00'],
    ['2026-11-24T02:00:00Z', false, 'Tuesday 03:00 would have begun on Monday'],
    ['2026-07-07T19:00:00Z', true, 'Tuesday 21:00 in summer time'],
  ])('at %s is open: %s (%s)', (at, open) => {
    expect(nights.isOpen(new Date(at))).toBe(open);
  });

  it('says when it opens next', () => {
    expect(nights.closedText(new Date('2026-11-27T21:00:00Z'))).toBe(
      'outside the window Tue-Thu 21:00-05:00 Europe/Paris; it opens on Tue 21:00',
    );
    expect(nights.closedText(new Date('2026-11-24T19:00:00Z'))).toMatch(/opens on Tue 21:00$/);
    expect(nights.closedText(new Date('2026-11-25T12:00:00Z'))).toMatch(/opens on Wed 21:00$/);
  });

  it('without days is open on all of them; lists and wraps of days are possible', () => {
    const daily = readWindow('08:00-09:00 UTC');
    const weekend = readWindow('Sat-Mon 08:00-09:00 UTC');
    const days = (window: ReturnType<typeof readWindow>) =>
      [23, 24, 25, 26, 27, 28, 29].map((day) => window.isOpen(new Date(`2026-11-${day}T08:30:00Z`)));

    expect(days(daily)).toEqual([true, true, true, true, true, true, true]);
    expect(days(weekend)).toEqual([true, false, false, false, false, true, true]);
    expect(days(readWindow('Mon,Wed 08:00-09:00 UTC'))).toEqual([
      true,
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it.each([
    ['at night', 'not a window'],
    ['Tue 25:00-26:00', 'no such time of day'],
    ['Die 21:00-22:00', '"Die" are no days'],
    ['21:00-21:00', 'never open'],
    ['21:00-22:00 Europe/Pairs', 'no time zone "Europe/Pairs"'],
  ])('refuses %j: %s', (text, why) => {
    expect(() => readWindow(text)).toThrow(why);
  });
});
