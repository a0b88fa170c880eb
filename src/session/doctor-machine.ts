import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { readPackageInfo } from '../cli/package-info.ts';
import { configFolders } from '../config/search-path.ts';
import { UserError } from '../errors.ts';
import type { Groups } from '../groups/group-resolver.ts';
import { connectAgent } from '../ssh/agent-client.ts';
import { findProgram } from '../ssh/openssh-program.ts';
import type { Surroundings } from './surroundings.ts';

/** One thing looked at on this machine. */
export interface MachineCheck {
  readonly topic: 'version' | 'file' | 'folder' | 'groups' | 'agent';
  readonly what: string;
  readonly state: string;
  /** It is in the way, or unsafe. */
  readonly wrong: boolean;
}

export async function checkMachine(
  surroundings: Surroundings,
  groups: Groups,
  sshConfig: string | undefined,
): Promise<MachineCheck[]> {
  return [
    ...(await versions(surroundings)),
    ...files(surroundings, sshConfig),
    ...folders(surroundings),
    ...homes(surroundings),
    ...(await groupSources(groups)),
    await agent(surroundings),
  ];
}

async function versions({ env }: Surroundings): Promise<MachineCheck[]> {
  const check = (what: string, state: string): MachineCheck => ({
    topic: 'version',
    what,
    state,
    wrong: false,
  });
  const ssh = findProgram('ssh', env['PATH']);
  return [
    check('muster', readPackageInfo().version),
    check('Node.js', `${process.version} (${process.execPath})`),
    check(
      'OpenSSH',
      ssh === undefined
        ? 'no ssh program in PATH: nodes that need it cannot be reached'
        : `${await versionOf(ssh)} (${ssh})`,
    ),
  ];
}

/** `ssh -V` writes to stderr: `OpenSSH_9.2p1 Debian-2, OpenSSL …`. */
function versionOf(program: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, ['-V'], { timeout: 5000 }, (error, _stdout, stderr) =>
      resolve(error === null ? stderr.trim().split(',')[0]! : `gives no version: ${error.message}`),
    );
  });
}

function files({ env, home }: Surroundings, sshConfig: string | undefined): MachineCheck[] {
  const own = configFolders({ env, home });
  const ssh = sshConfig === undefined ? [`${home}/.ssh/config`, '/etc/ssh/ssh_config'] : [sshConfig];
  const paths = [
    ...own.flatMap((folder) => ['clush.conf', 'groups.conf'].map((name) => join(folder, name))),
    ...ssh.filter((path) => path !== 'none'),
    `${home}/.ssh/known_hosts`,
    '/etc/ssh/ssh_known_hosts',
  ];
  return paths.map((path) => ({ topic: 'file', what: path, ...stateOf(path, constants.R_OK, 0o022) }));
}

function folders({ stateFolder, env }: Surroundings): MachineCheck[] {
  const runtime = env['XDG_RUNTIME_DIR'];
  const access = constants.R_OK | constants.W_OK | constants.X_OK;
  return [stateFolder, ...(runtime === undefined ? [] : [runtime])].map((path) => ({
    topic: 'folder',
    what: path,
    ...stateOf(path, access, 0o022),
  }));
}

/** ssh takes the home folder of the user database, muster takes HOME: their files differ then. */
function homes({ home }: Surroundings): MachineCheck[] {
  const { homedir } = userInfo();
  if (home === homedir) return [];
  const state = `HOME; ssh reads ${homedir}/.ssh instead`;
  return [{ topic: 'folder', what: home, state, wrong: true }];
}

/** @param unsafe permission bits that let others change it */
function stateOf(path: string, access: number, unsafe: number): Pick<MachineCheck, 'state' | 'wrong'> {
  let stat;
  try {
    stat = statSync(path);
    accessSync(path, access);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    return { state: absent ? 'absent' : `cannot be used (${code})`, wrong: !absent };
  }
  const mode = (stat.mode & 0o777).toString(8).padStart(3, '0');
  const own = process.getuid?.();
  if (stat.uid !== own && stat.uid !== 0) return { state: `belongs to user ${stat.uid}`, wrong: true };
  if ((stat.mode & unsafe) !== 0) return { state: `others may write it (mode ${mode})`, wrong: true };
  return { state: `read, mode ${mode}`, wrong: false };
}

async function groupSources(groups: Groups): Promise<MachineCheck[]> {
  try {
    const sources = await groups.sources();
    const warnings = groups.warnings();
    return [
      ...sources.map(({ name, kind, origins, isDefault }) => ({
        topic: 'groups' as const,
        what: isDefault ? `${name} (default)` : name,
        state: `${kind}: ${origins.join(', ')}`,
        wrong: false,
      })),
      ...warnings.map((state) => ({ topic: 'groups' as const, what: 'warning', state, wrong: true })),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ topic: 'groups', what: 'group sources', state: error.message, wrong: true }];
  }
}

async function agent({ env }: Surroundings): Promise<MachineCheck> {
  const socket = env['SSH_AUTH_SOCK'];
  if (socket === undefined || socket === '') {
    return { topic: 'agent', what: 'ssh-agent', state: 'none (SSH_AUTH_SOCK is not set)', wrong: false };
  }
  const client = connectAgent(socket, 5000);
  try {
    const keys = await client.keys();
    return { topic: 'agent', what: socket, state: `holds ${keys.length} keys`, wrong: false };
  } catch (error) {
    const state = error instanceof Error ? error.message : String(error);
    return { topic: 'agent', what: socket, state, wrong: true };
  } finally {
    client.close();
  }
}
