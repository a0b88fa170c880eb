/** What `:` commands change; each is an option of `muster run` under the same letter. */
export interface ShellSettings {
  /** -b: wait, then show nodes with identical output together. */
  readonly gather: boolean;
  /** -B: gather with stderr merged in. */
  readonly mergeStderr: boolean;
  /** -L: one `node: line` a line, ordered. */
  readonly lineMode: boolean;
  /** -r: fold headers into groups. */
  readonly regroup: boolean;
  /** --diff: show how the others differ from the most common output. */
  readonly diff: boolean;
  /** -N: no labels, no headers. */
  readonly noLabels: boolean;
  readonly quiet: boolean;
  /** Start no further node after the first failure. */
  readonly stopOnFailure: boolean;
  /** -f: nodes busy at the same time. */
  readonly fanout: number;
  /** -l: remote user; absent: what ssh_config says. */
  readonly user?: string;
  /** -u: milliseconds from launch; absent: no limit. */
  readonly commandTimeoutMs?: number;
  /** -t: milliseconds; absent: the configured one. */
  readonly connectTimeoutMs?: number;
}

/** Used where the caller has no better. */
export const defaultSettings: ShellSettings = {
  gather: false,
  mergeStderr: false,
  lineMode: false,
  regroup: false,
  diff: false,
  noLabels: false,
  quiet: false,
  stopOnFailure: false,
  fanout: 64,
};

type SwitchKey = {
  [K in keyof ShellSettings]-?: ShellSettings[K] extends boolean ? K : never;
}[keyof ShellSettings];

export type SettingSpec = { readonly name: string; readonly letter?: string; readonly says: string } & (
  | { readonly type: 'switch'; readonly key: SwitchKey }
  | { readonly type: 'count'; readonly key: 'fanout' }
  | { readonly type: 'seconds'; readonly key: 'commandTimeoutMs' | 'connectTimeoutMs' }
  | { readonly type: 'text'; readonly key: 'user' }
);

/** Every setting, in the order `:set` shows them. Names and letters are typed after a colon. */
export const settingSpecs: readonly SettingSpec[] = [
  { name: 'gather', letter: 'b', type: 'switch', key: 'gather', says: 'identical output together' },
  { name: 'merge', letter: 'B', type: 'switch', key: 'mergeStderr', says: 'gather stderr too' },
  { name: 'lines', letter: 'L', type: 'switch', key: 'lineMode', says: 'order the output line by line' },
  { name: 'regroup', letter: 'r', type: 'switch', key: 'regroup', says: 'group names in headers' },
  { name: 'diff', type: 'switch', key: 'diff', says: 'show only how outputs differ' },
  { name: 'nolabels', letter: 'N', type: 'switch', key: 'noLabels', says: 'no node names before output' },
  { name: 'quiet', letter: 'q', type: 'switch', key: 'quiet', says: 'no progress, no counts' },
  { name: 'stop', type: 'switch', key: 'stopOnFailure', says: 'stop at the first failure' },
  { name: 'fanout', letter: 'f', type: 'count', key: 'fanout', says: 'nodes at the same time' },
  { name: 'user', letter: 'l', type: 'text', key: 'user', says: 'remote user' },
  {
    name: 'timeout',
    letter: 'u',
    type: 'seconds',
    key: 'commandTimeoutMs',
    says: 'seconds a command may take',
  },
  {
    name: 'connect',
    letter: 't',
    type: 'seconds',
    key: 'connectTimeoutMs',
    says: 'seconds a connection may take',
  },
];

export type SettingChange =
  | { readonly ok: true; readonly settings: ShellSettings; readonly says: string }
  | { readonly ok: false; readonly message: string };

export function findSetting(word: string): SettingSpec | undefined {
  return settingSpecs.find((spec) => spec.letter === word || spec.name === word);
}

/** `:f 8`, `:b`, `:b off`, `:user -`: the settings after it. A switch without a word toggles, others show. */
export function changeSetting(settings: ShellSettings, spec: SettingSpec, argument: string): SettingChange {
  const changed = withSetting(settings, spec, argument);
  if (typeof changed === 'string') return { ok: false, message: changed };
  return { ok: true, settings: changed, says: `${spec.name}: ${showSetting(changed, spec)}` };
}

function withSetting(settings: ShellSettings, spec: SettingSpec, argument: string): ShellSettings | string {
  switch (spec.type) {
    case 'switch':
      return withSwitch(settings, spec.key, spec.name, argument);
    case 'count':
      return argument === '' ? settings : withCount(settings, spec.key, spec.name, argument);
    case 'seconds':
      return argument === '' ? settings : withSeconds(settings, spec.key, spec.name, argument);
    default:
      return argument === '' ? settings : withUser(settings, argument);
  }
}

function withSwitch(settings: ShellSettings, key: SwitchKey, name: string, argument: string) {
  if (!['', 'on', 'off'].includes(argument)) return `:${name} takes on or off, not "${argument}"`;
  const value = argument === '' ? !settings[key] : argument === 'on';
  const next = { ...settings, [key]: value };
  // Gathering and line mode exclude nothing, but a diff or a merge of nothing gathered would show nothing.
  if (value && (key === 'mergeStderr' || key === 'diff')) next.gather = true;
  if (!value && key === 'gather') {
    next.mergeStderr = false;
    next.diff = false;
  }
  if (value && key === 'diff') next.lineMode = false;
  if (value && key === 'lineMode') next.diff = false;
  return next;
}

function withCount(settings: ShellSettings, key: 'fanout', name: string, argument: string) {
  const count = /^\d{1,6}$/.test(argument) ? Number(argument) : 0;
  return count < 1 ? `:${name} takes a number from 1, not "${argument}"` : { ...settings, [key]: count };
}

function withSeconds(
  settings: ShellSettings,
  key: 'commandTimeoutMs' | 'connectTimeoutMs',
  name: string,
  argument: string,
) {
  const { [key]: _dropped, ...rest } = settings;
  if (argument === 'off' || argument === '0') return rest;
  const seconds = /^\d{1,7}(\.\d{1,3})?$/.test(argument) ? Number(argument) : 0;
  if (seconds <= 0) return `:${name} takes seconds or off, not "${argument}"`;
  return { ...rest, [key]: Math.round(seconds * 1000) };
}

function withUser(settings: ShellSettings, argument: string) {
  const { user: _dropped, ...rest } = settings;
  if (argument === '-') return rest;
  // A user name goes to ssh: nothing that could be read as an option or as more than one word.
  if (!/^[A-Za-z0-9_][A-Za-z0-9._@\\$-]*$/.test(argument)) return `"${argument}" is no user name`;
  return { ...rest, user: argument };
}

/** The value as `:set` prints it. */
export function showSetting(settings: ShellSettings, spec: SettingSpec): string {
  switch (spec.type) {
    case 'switch':
      return settings[spec.key] ? 'on' : 'off';
    case 'count':
      return String(settings[spec.key]);
    case 'seconds': {
      const ms = settings[spec.key];
      return ms === undefined ? 'off' : `${ms / 1000} s`;
    }
    default:
      return settings[spec.key] ?? '-';
  }
}

/** One line a setting: what to type, its value, what it does. */
export function showSettings(settings: ShellSettings): string[] {
  return settingSpecs.map((spec) => {
    const typed = spec.letter === undefined ? `:${spec.name}` : `:${spec.letter}, :${spec.name}`;
    return `${typed.padEnd(14)} ${showSetting(settings, spec).padEnd(8)} ${spec.says}`;
  });
}
