import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Case, Goal } from '../compare.ts';
import type { Servers } from '../servers.ts';
import { bareSsh, type Everywhere, pair, pdsh } from '../tools.ts';

const section = 'Output';

/** Much of it: gathered and as it comes. */
export async function outputCases({ curve25519 }: Servers, rounds: number, long: boolean): Promise<Case[]> {
  const { folder } = curve25519;
  const file = async (megabytes: number): Promise<string> => {
    const path = join(folder, `output-${megabytes}`);
    const line = 'line of some log file of the usual width 0123456789 0123456789 0123456\n';
    const block = line.repeat(Math.round(1e6 / line.length));
    const stream = createWriteStream(path);
    for (let at = 0; at < megabytes; at += 1) if (!stream.write(block)) await once(stream, 'drain');
    stream.end();
    await once(stream, 'close');
    return path;
  };
  const made = async (count: number, megabytes: number, gathered: boolean, goal: Goal): Promise<Case> => {
    const where: Everywhere = {
      access: curve25519,
      count,
      fanout: 64,
      command: `cat ${await file(megabytes)}`,
      mode: gathered ? ['-b'] : [],
    };
    const others = count === 1 ? [pdsh(where), bareSsh(where)] : [pdsh(where)];
    return {
      section,
      name: `${count} × ${megabytes} MB, ${gathered ? 'gathered' : 'by lines'}`,
      sides: [...pair(where), ...others],
      rounds: Math.max(1, Math.ceil(rounds / 3)),
      goal,
    };
  };
  const cases = [
    await made(100, 1, true, { cpu: 0.05, wall: 0.15, memory: 0.8 }),
    await made(100, 1, false, { cpu: 0.06, wall: 0.15, memory: 0.8 }),
    await made(1, 100, false, { cpu: 0.05 }),
    await made(1, 100, true, { cpu: 0.03, memory: 0.35 }),
  ];
  if (long) {
    cases.push(await made(100, 10, true, { cpu: 0.05 }), await made(100, 10, false, { cpu: 0.06 }));
    cases.push(await made(1, 1000, false, { cpu: 0.05 }));
  }
  return cases;
}
