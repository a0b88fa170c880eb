import type { Case, Goal } from '../compare.ts';
import type { Access, Servers } from '../servers.ts';
import { ansibleRaw, bareSsh, type Everywhere, pair, parallelSsh, pdsh } from '../tools.ts';

const command = 'uname -r';

/** One node, and then many. */
export function fanOutCases({ usual, curve25519, light }: Servers, rounds: number): Case[] {
  const one = (name: string, access: Access, goal: Goal): Case => {
    const where: Everywhere = { access, count: 1, fanout: 64, command: 'true', mode: [] };
    const others = [bareSsh(where), pdsh(where), parallelSsh(where), ansibleRaw(where)];
    return {
      section: 'One node',
      name: `\`true\`, ${name}`,
      sides: [...pair(where), ...others],
      rounds: rounds * 3,
      goal,
    };
  };
  const many = (
    name: string,
    where: Omit<Everywhere, 'command' | 'mode'>,
    times: number,
    goal?: Goal,
  ): Case => {
    const everywhere: Everywhere = { ...where, command, mode: ['-b'] };
    // The others cost what clush costs: one size says it.
    const others =
      where.count > 100
        ? []
        : [pdsh(everywhere), parallelSsh(everywhere), bareSsh(everywhere), ansibleRaw(everywhere)];
    return {
      section: 'Fan-out',
      name: `${where.count} nodes, ${name}, fanout ${where.fanout}`,
      sides: [...pair(everywhere), ...others],
      rounds: times,
      ...(goal === undefined ? {} : { goal }),
    };
  };
  const few = Math.max(1, Math.ceil(rounds / 2));
  return [
    one('default key exchange', usual, { cpu: 0.5, wall: 0.5 }),
    one('curve25519', curve25519, { cpu: 0.75, wall: 0.7 }),
    many('sshd, default', { access: usual, count: 100, fanout: 64 }, few, {
      cpu: 0.06,
      wall: 0.4,
      memory: 1.2,
    }),
    many('sshd, curve25519', { access: curve25519, count: 100, fanout: 64 }, rounds, {
      cpu: 0.3,
      wall: 0.8,
      memory: 1.2,
    }),
    many('sshd, curve25519', { access: curve25519, count: 500, fanout: 64 }, few),
    many('light server', { access: light, count: 500, fanout: 64 }, few),
    many('light server', { access: light, count: 1000, fanout: 64 }, few, { cpu: 0.16, wall: 0.3 }),
    many('light server', { access: light, count: 1000, fanout: 256 }, few, { cpu: 0.15, wall: 0.3 }),
  ];
}
