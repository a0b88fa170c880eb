import { describe, expect, it } from 'vitest';
import { groupSync } from '../../../src/journal/append-file.ts';

/** A disk whose syncs end when the test says so. */
function slowDisk(): { sync: () => Promise<void>; begun: PromiseWithResolvers<void>[] } {
  const begun: PromiseWithResolvers<void>[] = [];
  const sync = groupSync(() => {
    const running = Promise.withResolvers<void>();
    begun.push(running);
    return running.promise;
  });
  return { sync, begun };
}

describe('syncs of many records', () => {
  it('share one fdatasync, which begins after the last of them was asked for', async () => {
    const { sync, begun } = slowDisk();
    const first = sync();
    const others = [sync(), sync(), sync()];
    expect(begun.length).toBe(1);
    begun[0]!.resolve();
    await first;
    expect(begun.length).toBe(2);
    begun[1]!.resolve();
    await Promise.all(others);
    expect(begun.length).toBe(2);
  });

  it('begin anew when nothing is under way', async () => {
    const { sync, begun } = slowDisk();
    for (const round of [0, 1, 2]) {
      const synced = sync();
      begun[round]!.resolve();
      await synced;
    }
    expect(begun.length).toBe(3);
  });

  it('fail each for itself', async () => {
    const { sync, begun } = slowDisk();
    const first = sync();
    const second = sync();
    begun[0]!.reject(new Error('EIO'));
    await expect(first).rejects.toThrow('EIO');
    begun[1]!.resolve();
    await second;
  });
});
