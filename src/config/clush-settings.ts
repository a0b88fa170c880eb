import { ConfigError } from './config-error.ts';
import type { IniSection } from './ini.ts';
import { splitShellWords } from './shell-words.ts';
import { readSection } from './typed-values.ts';

/** The settings of clush.conf's [Main]. Absent: not configured, the built-in value is the caller's. */
export interface ClushSettings {
  /** Nodes busy at the same time, at least 1. */
  readonly fanout?: number;
  readonly connectTimeoutMs?: number;
  /** 0: none. */
  readonly commandTimeoutMs?: number;
  readonly color?: 'never' | 'always' | 'auto';
  readonly maxrc?: boolean;
  readonly nodeCount?: boolean;
  /** 0 quiet, 1 usual, 2 verbose, 3 debug. */
  readonly verbosity?: number;
  readonly sshUser?: string;
  /** Program and leading arguments: `/usr/bin/sshpass /usr/bin/ssh`. */
  readonly sshPath?: readonly string[];
  readonly sshOptions?: readonly string[];
  readonly scpPath?: readonly string[];
  readonly scpOptions?: readonly string[];
  readonly rshPath?: readonly string[];
  readonly rcpPath?: readonly string[];
  readonly rshOptions?: readonly string[];
  /** Put before the command as it is written, quotes included (ClusterShell loses them). */
  readonly commandPrefix?: string;
  /** Ask for a password once and give it to each node's command as the first line of its input. */
  readonly passwordPrompt?: boolean;
  /** Lines of history the shell keeps; below 0: all. */
  readonly historySize?: number;
  /** muster's own: ask before running on more nodes than this. */
  readonly confirmAbove?: number;
  /** muster's own: how nodes are reached. */
  readonly transport?: 'auto' | 'ssh2' | 'openssh';
  /** muster's own: URL of the team store. */
  readonly store?: string;
}

/** Every key that means something in [Main]; `fd_max` and `confdir` are read elsewhere or need nothing. */
export const knownClushKeys: ReadonlySet<string> = new Set([
  'fanout',
  'connect_timeout',
  'command_timeout',
  'color',
  'fd_max',
  'history_size',
  'maxrc',
  'node_count',
  'verbosity',
  'ssh_user',
  'ssh_path',
  'ssh_options',
  'scp_path',
  'scp_options',
  'rsh_path',
  'rcp_path',
  'rsh_options',
  'command_prefix',
  'password_prompt',
  'confdir',
  'confirm_above',
  'transport',
  'store',
]);

/** What clush does when no file says anything (its own built-in values, plus muster's). */
export const builtInSettings = {
  fanout: 64,
  connectTimeoutMs: 10_000,
  commandTimeoutMs: 0,
  color: 'auto',
  maxrc: false,
  nodeCount: true,
  verbosity: 1,
  passwordPrompt: false,
  confirmAbove: 50,
  transport: 'auto',
} as const satisfies ClushSettings;

/** Reads the keys of [Main] with their types; a value that makes no sense is an error naming file and line. */
export function clushSettings(section: IniSection): ClushSettings {
  const read = readSection(section);
  const words = (key: string): string[] | undefined => {
    const text = read.text(key);
    const split = text === undefined ? [] : splitShellWords(text);
    if (split === undefined) {
      throw new ConfigError(section.get(key)!, `${key}: a quote is never closed`);
    }
    return text === undefined ? undefined : split;
  };
  // Old files set the soft limit of open files here; muster keeps below the limit it is given.
  read.count('fd_max');
  return withoutAbsent({
    fanout: read.count('fanout', 1),
    connectTimeoutMs: read.seconds('connect_timeout'),
    commandTimeoutMs: read.seconds('command_timeout'),
    color: read.choice('color', ['', 'never', 'always', 'auto']) || undefined,
    maxrc: read.flag('maxrc'),
    nodeCount: read.flag('node_count'),
    verbosity: read.count('verbosity'),
    sshUser: read.text('ssh_user') || undefined,
    sshPath: nonEmpty(words('ssh_path')),
    sshOptions: words('ssh_options'),
    scpPath: nonEmpty(words('scp_path')),
    scpOptions: words('scp_options'),
    rshPath: nonEmpty(words('rsh_path')),
    rcpPath: nonEmpty(words('rcp_path')),
    rshOptions: words('rsh_options'),
    commandPrefix: read.text('command_prefix') || undefined,
    passwordPrompt: read.flag('password_prompt'),
    historySize: historySize(section, read.text('history_size')),
    confirmAbove: read.count('confirm_above'),
    transport: read.choice('transport', ['auto', 'ssh2', 'openssh']),
    store: read.text('store') || undefined,
  });
}

function nonEmpty(words: string[] | undefined): string[] | undefined {
  return words?.length === 0 ? undefined : words;
}

function historySize(section: IniSection, text: string | undefined): number | undefined {
  if (text !== undefined && !/^[+-]?\d{1,9}$/.test(text)) {
    throw new ConfigError(section.get('history_size')!, 'history_size must be a whole number');
  }
  return text === undefined ? undefined : Number(text);
}

function withoutAbsent(settings: {
  [K in keyof ClushSettings]: ClushSettings[K] | undefined;
}): ClushSettings {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as ClushSettings;
}
