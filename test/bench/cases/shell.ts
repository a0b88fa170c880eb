import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case } from '../compare.ts';
import { measure, type Side } from '../measure.ts';
import { type Access, nodes, type Servers } from '../servers.ts';
import { clush, muster } from '../tools.ts';

const typeLines = fileURLToPath(new URL('../type-lines.py', import.meta.url));
const times = 20;

/** A later command on 100 nodes, in a shell that is already connected. */
export function shellCases({ usual, curve25519 }: Servers, rounds: number): Case[] {
  const count = nodes(100);
  const shell = (access: Access, commands: number): Side => {
    const file = join(access.folder, `lines-${commands}`);
    writeFileSync(file, `${'uname -r\n'.repeat(commands)}quit\n`);
    const { argv } = muster(['-b', '-w', count]);
    return { tool: 'muster', argv: ['/usr/bin/python3', typeLines, '> ', file, ...argv], env: access.env };
  };
  // clush takes one % of two.
  const control = ['ControlMaster=auto', `ControlPath=${curve25519.folder}/%%C`, 'ControlPersist=600'];
  const persistent = clush(
    [
      '-b',
      '-w',
      count,
      '-o',
      `-F ${curve25519.sshConfig} ${control.map((one) => `-o ${one}`).join(' ')}`,
      'uname -r',
    ],
    { env: curve25519.env },
  );
  const anew = ({ env }: Access) => clush(['-b', '-w', count, 'uname -r'], { env });
  const later = (access: Access) => ({ without: shell(access, 1), times });
  const section = 'A later command on 100 connected nodes';
  return [
    {
      section,
      name: 'clush connects anew, default key exchange',
      sides: [shell(usual, times + 1), anew(usual)],
      rounds: Math.max(1, Math.ceil(rounds / 2)),
      goal: { cpu: 0.04, wall: 0.2 },
      later: later(usual),
    },
    {
      section,
      name: 'clush connects anew, curve25519',
      sides: [shell(curve25519, times + 1), anew(curve25519)],
      rounds,
      goal: { cpu: 0.04, wall: 0.2 },
      later: later(curve25519),
    },
    {
      section,
      name: 'clush over ControlPersist',
      sides: [shell(curve25519, times + 1), { ...persistent, tool: 'clush, ControlPersist' }],
      rounds,
      goal: { cpu: 0.06, wall: 0.5 },
      later: later(curve25519),
      prepare: async () => {
        await measure(persistent, false);
      },
    },
  ];
}
