import { hostname } from 'node:os';
import { SshConfigError } from './config-error.ts';
import { type ConfigEntry, readConfigFile } from './config-file.ts';
import { parseConfigLine } from './config-line.ts';
import { resolveConfig } from './config-resolve.ts';
import { commandLineOf, type ConnectionSettings, settingsFrom } from './settings.ts';

export interface SshConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly localUser: string;
  /** As `ssh -F`: this file alone, or `none`; absent: `~/.ssh/config`, then `/etc/ssh/ssh_config`. */
  readonly configFile?: string;
  /** As `ssh -o`, strongest. */
  readonly options?: readonly (readonly [string, string])[];
  /** As `ssh -l`. */
  readonly user?: string;
  /** The ways to a node through gateways, outermost first; the first is to be tried first. None: as the files say. */
  readonly waysTo?: (node: string) => readonly (readonly string[])[];
}

/** Tells how a node is reached, from files read once. */
export interface SshConfig {
  /** Rejects with SshConfigError when the configuration is wrong. */
  settingsFor(node: string): Promise<ConnectionSettings>;
}

/** OpenSSH's client configuration. Files are read at the first question, once. */
export function createSshConfig(options: SshConfigOptions): SshConfig {
  let layers: Promise<readonly (readonly ConfigEntry[])[]> | undefined;
  const known = new Map<string, Promise<ConnectionSettings>>();
  const execResults = new Map<string, Promise<boolean>>();

  const runOnce = (command: string, where: string): Promise<boolean> => {
    let result = execResults.get(command);
    if (result === undefined) {
      result = import('./match-exec.ts').then(({ runMatchExec }) =>
        runMatchExec(command, where, options.env),
      );
      execResults.set(command, result);
    }
    return result;
  };

  const settingsFor = async (node: string): Promise<ConnectionSettings> => {
    layers ??= readLayers(options);
    const config = await resolveConfig(node, {
      layers: await layers,
      home: options.home,
      localUser: options.localUser,
      uid: process.getuid?.() ?? 0,
      hostName: hostname(),
      runMatchExec: runOnce,
    });
    return throughGateways(settingsFrom(config, options), options);
  };

  return {
    settingsFor(node) {
      let settings = known.get(node);
      if (settings === undefined) {
        settings = settingsFor(node);
        known.set(node, settings);
      }
      return settings;
    },
  };
}

/** Gateways stand in the place of the files' jump hosts, which may lead to the gateways; what -o says is stronger. */
function throughGateways(settings: ConnectionSettings, options: SshConfigOptions): ConnectionSettings {
  const [jumps, ...otherJumps] = options.waysTo?.(settings.node) ?? [];
  const said = options.options?.some(([key]) => /^proxy(jump|command)$/i.test(key)) === true;
  return jumps === undefined || said ? settings : { ...settings, proxyCommand: undefined, jumps, otherJumps };
}

async function readLayers(options: SshConfigOptions): Promise<(readonly ConfigEntry[])[]> {
  const layers: (readonly ConfigEntry[])[] = [commandLineEntries(options)];
  if (options.configFile === 'none') return layers;
  if (options.configFile !== undefined) {
    const entries = await readConfigFile(options.configFile, {
      home: options.home,
      includeFolder: `${options.home}/.ssh`,
      checkOwner: false,
    });
    if (entries === undefined) throw new SshConfigError(options.configFile, 'no such file');
    return [...layers, entries];
  }
  for (const [folder, path, checkOwner] of [
    [`${options.home}/.ssh`, `${options.home}/.ssh/config`, true],
    ['/etc/ssh', '/etc/ssh/ssh_config', false],
  ] as const) {
    const entries = await readConfigFile(path, { home: options.home, includeFolder: folder, checkOwner });
    if (entries !== undefined) layers.push(entries);
  }
  return layers;
}

function commandLineEntries(options: SshConfigOptions): ConfigEntry[] {
  const lines: ConfigEntry[] = [];
  for (const [key, value] of commandLineOf(options)) {
    const line = parseConfigLine(`${key} ${value}`, `-o ${key}`);
    if (line === undefined) continue;
    if (['host', 'match', 'include'].includes(line.keyword)) {
      throw new SshConfigError(`-o ${key}`, `${key} has no meaning on the command line`);
    }
    lines.push(line);
  }
  return lines;
}
