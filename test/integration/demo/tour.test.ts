import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startDemoFleet } from '../../../src/demo/fleet.ts';
import type { DemoFleet } from '../../../src/demo/fleet.ts';
import { tour } from '../../../src/demo/tour.ts';
import { findTool } from '../../support/require-tool.ts';

const clush = findTool('clush', 'clustershell');
const nodeset = findTool('nodeset', 'clustershell');

/** What each step prints (the beginning, where it is long); with clush in muster's place. */
const expected: readonly string[] = [
  'node[1-3]\n',
  '---------------\nnode[1-6] (6)\n---------------\n server_version \n----------------\n 9.6.11\n(1 row)\n\n',
  '---------------\nnode[1-4,6] (5)\n---------------\n4.9.0-8-amd64\n---------------\nnode5\n---------------\n4.9.0-7-amd64\n',
  '---------------\nnode1\n---------------\n+---------+',
  '---------------\nnode[1-3] (3)\n---------------\nReading package lists...\n',
  '---------------\nnode[1-3] (3)\n---------------\n server_version \n----------------\n 9.6.12\n(1 row)\n\n' +
    '---------------\nnode[4-6] (3)\n---------------\n server_version \n----------------\n 9.6.11\n(1 row)\n\n',
  '---------------\nlb[1-2] (2)\n---------------\nchecking the data folder\n',
  'node4: step 1 of 30\n',
];

describe.skipIf(clush === undefined)('the tour', () => {
  let fleet: DemoFleet;
  beforeAll(async () => {
    fleet = await startDemoFleet({ latencyMs: 20 });
  });
  afterAll(() => fleet.stop());

  it('shows what it says, step after step', async () => {
    const shown: string[] = [];
    for (const { argv } of tour) {
      // clush forgets what it has gathered when the time is over; muster does not. One node, for the order of lines.
      const words = argv
        .slice(1)
        .map((word) =>
          argv.includes('-u') ? (word === '-bw' ? '-w' : word.replace('@cluster:70', 'node4')) : word,
        );
      const [path, args] =
        words[0] === 'nodes'
          ? [nodeset!, words.slice(1)]
          : [clush!, ['-o', `-F ${fleet.sshConfigPath}`, ...words]];
      const env = { ...process.env, CLUSTERSHELL_CFGDIR: fleet.configFolder };
      const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
      let stdout = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      await once(child, 'close');
      shown.push(stdout.slice(0, expected[shown.length]?.length));
    }
    expect(shown).toEqual(expected);
  });
});
