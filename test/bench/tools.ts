import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Side } from './measure.ts';
import { type Access, addresses, nodes } from './servers.ts';

const program = fileURLToPath(new URL('../../bin/muster', import.meta.url));

export function muster(args: readonly string[], more: Partial<Side> = {}): Side {
  return { tool: 'muster', argv: [program, ...args], ...more };
}

export function clush(args: readonly string[], more: Partial<Side> = {}): Side {
  return { tool: 'clush', argv: ['/usr/bin/clush', ...args], ...more };
}

/** The same command on the first `count` nodes by every tool; muster and clush first. */
export interface Everywhere {
  readonly access: Access;
  readonly count: number;
  readonly fanout: number;
  readonly command: string;
  /** `-b` gathers, `-L` and nothing else prints as it comes. */
  readonly mode: readonly string[];
}

export function pair({ access: { env }, count, fanout, command, mode }: Everywhere): [Side, Side] {
  const args = ['-f', String(fanout), ...mode, '-w', nodes(count), command];
  return [muster(['run', ...args], { env }), clush(args, { env })];
}

export function pdsh({ access: { env }, count, fanout, command, mode }: Everywhere): Side {
  const fold = mode.includes('-b') ? ' | dshbak -c' : '';
  const line = `pdsh -R ssh -f ${fanout} -w '${nodes(count)}' '${command}'${fold}`;
  return { tool: fold === '' ? 'pdsh' : 'pdsh | dshbak', argv: ['/bin/sh', '-c', line], env };
}

export function parallelSsh({ access, count, fanout, command }: Everywhere): Side {
  const hosts = join(access.folder, `hosts-${count}`);
  writeFileSync(
    hosts,
    addresses(count)
      .map((node) => `${node}\n`)
      .join(''),
  );
  const argv = [
    '/usr/bin/parallel-ssh',
    '-h',
    hosts,
    '-p',
    String(fanout),
    '-x',
    `-F ${access.sshConfig}`,
    '-i',
    command,
  ];
  return { tool: 'parallel-ssh', argv, env: access.env };
}

export function ansibleRaw({ access: { env }, count, fanout, command }: Everywhere): Side {
  const inventory = `${addresses(count).join(',')},`;
  const argv = ['/usr/bin/ansible', 'all', '-i', inventory, '-f', String(fanout), '-m', 'raw', '-a', command];
  return { tool: 'ansible -m raw', argv, env };
}

export function bareSsh({ access: { env, sshConfig }, count, fanout, command }: Everywhere): Side {
  if (count === 1) return { tool: 'ssh', argv: ['ssh', '-F', sshConfig, addresses(1)[0]!, command], env };
  const list = addresses(count).join(' ');
  const line = `printf '%s\\n' ${list} | xargs -P ${fanout} -I NODE ssh -n -F ${sshConfig} NODE '${command}'`;
  return { tool: 'xargs ssh', argv: ['/bin/sh', '-c', line], env };
}
