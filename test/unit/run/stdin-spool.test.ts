import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StdinSpool } from '../../../src/run/stdin-spool.ts';

async function digest(spool: StdinSpool): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of spool.read()) hash.update(chunk);
  return hash.digest('hex');
}

async function* pieces(data: Buffer, size: number, gate?: Promise<void>): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) {
    if (at > data.length / 2) await gate;
    yield data.subarray(at, at + size);
  }
}

const folder = () => mkdtemp(join(tmpdir(), 'spool-'));

test.each([
  ['in memory', 1 << 30],
  ['in a file', 0],
  ['moved from memory to a file in the middle', 100_000],
])('every reader gets all of it, also one that comes late (%s)', async (_place, memoryLimit) => {
  const data = randomBytes(300_000);
  const expected = createHash('sha256').update(data).digest('hex');
  const gate = Promise.withResolvers<void>();
  const spool = new StdinSpool(pieces(data, 7001, gate.promise), await folder(), memoryLimit);

  const early = digest(spool);
  const alsoEarly = digest(spool);
  gate.resolve();
  const results = [await early, await alsoEarly, await digest(spool)];
  spool.close();

  expect(results).toEqual([expected, expected, expected]);
});

test('leaves no file behind', async () => {
  const where = await folder();
  const spool = new StdinSpool(pieces(randomBytes(50_000), 5000), where, 1000);

  await digest(spool);

  expect(readdirSync(where)).toEqual([]);
  spool.close();
});

test('a source that fails, fails every reader', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('x');
    throw new Error('read error');
  }
  const spool = new StdinSpool(broken(), await folder());

  await expect(digest(spool)).rejects.toThrow('read error');
  await expect(digest(spool)).rejects.toThrow('read error');
});
