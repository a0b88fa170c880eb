import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readJump } from '../../../src/ssh/jump-hosts.ts';
import { createPasswordCache } from '../../../src/ssh/passwords.ts';
import { createPhaseClock } from '../../../src/ssh/phase-clock.ts';
import type { ConnectionSettings } from '../../../src/ssh/settings.ts';
import { createSlots } from '../../../src/ssh/slots.ts';

describe('the clock of a connection', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('calls when a step is late, once', () => {
    const clock = createPhaseClock();
    const late = vi.fn<() => void>();
    clock.start(100, late);

    vi.advanceTimersByTime(99);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(late).toHaveBeenCalledTimes(1);
  });

  it('forgets a step when the next one starts', () => {
    const clock = createPhaseClock();
    const late = vi.fn<() => void>();
    clock.start(100, late);
    clock.start(5000, () => {});

    vi.advanceTimersByTime(1000);

    expect(late).not.toHaveBeenCalled();
  });

  it('stands still while people are asked', () => {
    const clock = createPhaseClock();
    const late = vi.fn<() => void>();
    clock.start(100, late);
    vi.advanceTimersByTime(60);

    clock.pause();
    clock.pause();
    vi.advanceTimersByTime(100_000);
    clock.resume();
    vi.advanceTimersByTime(100_000);
    clock.resume();
    vi.advanceTimersByTime(39);
    expect(late).not.toHaveBeenCalled();

    vi.advanceTimersByTime(2);
    expect(late).toHaveBeenCalledTimes(1);
  });
});

describe('slots', () => {
  const signal = new AbortController().signal;

  it('are given to so many at once, the others in order', async () => {
    const slots = createSlots(2);
    const order: number[] = [];
    const first = await slots.take(signal);
    const second = await slots.take(signal);
    const third = slots.take(signal).then((release) => {
      order.push(3);
      release();
    });
    const fourth = slots.take(signal).then((release) => {
      order.push(4);
      release();
    });

    expect(slots.taken()).toBe(2);
    first();
    first();
    await third;
    await fourth;
    second();

    expect(order).toEqual([3, 4]);
    expect(slots.taken()).toBe(0);
  });

  it('may become fewer, but never none', async () => {
    const slots = createSlots(8);
    const release = await slots.take(signal);
    slots.shrink();
    let got = false;
    const next = slots.take(signal).then((free) => {
      got = true;
      free();
    });
    await Promise.resolve();
    expect(got).toBe(false);

    release();
    await next;
    expect(got).toBe(true);
  });

  it('that became fewer are tried again, one a second, by who waits first', async () => {
    vi.useFakeTimers();
    const slots = createSlots(8);
    await slots.take(signal);
    slots.shrink();
    const got: number[] = [];
    const waiting = [1, 2].map((name) => slots.take(signal).then(() => got.push(name)));

    await vi.advanceTimersByTimeAsync(999);
    expect(got).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(got).toEqual([1]);
    await vi.advanceTimersByTimeAsync(1000);
    vi.useRealTimers();
    await Promise.all(waiting);
    expect(got).toEqual([1, 2]);
  });

  it('tell who has one that somebody else waits', async () => {
    const slots = createSlots(2);
    const told: string[] = [];
    const first = await slots.take(signal, () => told.push('first'));
    const second = await slots.take(signal, () => told.push('second'));
    expect(told).toEqual([]);

    const waiting = slots.take(signal, () => told.push('third'));
    expect(told).toEqual(['first', 'second']);
    first();
    const third = await waiting;
    const fourth = slots.take(signal);
    third();
    (await fourth)();
    second();
    expect(told.filter((name) => name === 'first')).toEqual(['first']);
  });

  it('are no longer waited for after an abort', async () => {
    const slots = createSlots(1);
    const release = await slots.take(signal);
    const abort = new AbortController();
    const waiting = slots.take(abort.signal);

    abort.abort(new Error('enough'));

    await expect(waiting).rejects.toThrow('enough');
    release();
    expect(slots.taken()).toBe(0);
  });
});

describe('a password', () => {
  const settings = { user: 'u', node: 'n1' } as ConnectionSettings;
  const prompter = { ask: () => Promise.resolve('secret') };

  it('goes to one server until one took it, then to all', async () => {
    const cache = createPasswordCache();
    const first = (await cache.trial(settings, prompter))!;
    let others = 0;
    const second = cache.trial(settings, prompter).then(() => (others += 1));
    const third = cache.trial(settings, prompter).then(() => (others += 1));
    await Promise.resolve();
    expect(others).toBe(0);

    first.end('right');
    await second;
    await third;

    expect(others).toBe(2);
    expect(await cache.trial(settings, prompter)).toMatchObject({ secret: 'secret' });
  });

  it('that was refused goes nowhere else', async () => {
    const cache = createPasswordCache();
    const first = (await cache.trial(settings, prompter))!;
    const second = cache.trial(settings, prompter);

    first.end('wrong');

    expect(await second).toBeUndefined();
    expect(await cache.trial(settings, prompter)).toBeUndefined();
  });
});

describe('a jump host', () => {
  it.each([
    ['b', undefined, 'b', undefined],
    ['u@b:22', 'u', 'b', 22],
    ['u@x@b', 'u@x', 'b', undefined],
    ['[fe80::1]:2222', undefined, 'fe80::1', 2222],
    ['ssh://u@b:22/', 'u', 'b', 22],
  ])('is written %j', (text, user, host, port) => {
    expect(readJump(text)).toEqual({ user, host, port });
  });

  it.each(['', '-oProxyCommand=x', 'u@', 'a:b:c'])('is not written %j', (text) => {
    expect(() => readJump(text)).toThrow('ProxyJump cannot be read');
  });
});
