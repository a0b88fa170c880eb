import { execFile } from 'node:child_process';
import { expandTilde } from './config-tokens.ts';
import { effectiveSettings } from './effective-settings.ts';
import type { ConnectionSettings } from './settings.ts';

export interface SettingDifference {
  readonly keyword: string;
  readonly muster: string | undefined;
  readonly ssh: string | undefined;
}

export interface CompareOptions {
  readonly program: string;
  readonly configFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

const limitMs = 10_000;

/**
 * What `ssh -G` makes of the same configuration otherwise; it runs `Match exec` commands, and contacts nobody.
 * Rejects with ssh's own words when it refuses the configuration.
 */
export async function compareWithSsh(
  settings: ConnectionSettings,
  options: CompareOptions,
): Promise<SettingDifference[]> {
  const theirs = readAnswer(await askSsh(settings, options), options.home);
  const differences: SettingDifference[] = [];
  for (const [keyword, muster] of effectiveSettings(settings)) {
    const ssh = theirs(keyword);
    if (muster !== ssh && !isDefault(keyword, ssh, settings)) differences.push({ keyword, muster, ssh });
  }
  return differences;
}

function askSsh(settings: ConnectionSettings, options: CompareOptions): Promise<string> {
  const args = [
    '-G',
    ...(options.configFile === undefined ? [] : ['-F', options.configFile]),
    ...settings.commandLine.flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]),
    '--',
    settings.node,
  ];
  return new Promise((resolve, reject) => {
    const env = { ...options.env, HOME: options.home };
    const child = execFile(options.program, args, { env, timeout: limitMs }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr.trim().split('\n').at(-1) ?? error.message));
    });
    child.stdin?.end();
  });
}

function readAnswer(text: string, home: string): (keyword: string) => string | undefined {
  const values = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [keyword = '', ...rest] = line.split(' ');
    values.set(keyword, [...(values.get(keyword) ?? []), rest.join(' ')]);
  }
  return (keyword) => {
    const given = values.get(keyword);
    if (given === undefined) return undefined;
    const words = keyword === 'identityfile' ? given.map((path) => expandTilde(path, home)) : given;
    const value = words.join(' ');
    if (keyword === 'stricthostkeychecking') return { true: 'yes', false: 'no' }[value] ?? value;
    return value === 'none' ? undefined : value;
  };
}

/** Where ssh shows a default of its own, or a command before its tokens are replaced: no difference in what is done. */
function isDefault(keyword: string, ssh: string | undefined, settings: ConnectionSettings): boolean {
  switch (keyword) {
    case 'identityfile':
      return !settings.identityFiles.some(({ explicit }) => explicit) && ssh?.includes('/id_rsa') === true;
    case 'serveraliveinterval':
      // Debian's ssh makes it 300 with BatchMode
      return ssh === '0' || (settings.batchMode && ssh === '300');
    case 'gssapiauthentication':
      // PreferredAuthentications may leave it out, which ssh shows apart
      return settings.gssapi === undefined;
    case 'proxycommand':
      return ssh !== undefined && settings.proxyCommand !== undefined;
    default:
      return false;
  }
}
