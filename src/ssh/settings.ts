import { applyAlgorithmLine } from './algorithms.ts';
import { SshConfigError } from './config-error.ts';
import type { ConfigLine } from './config-line.ts';
import type { ResolvedConfig } from './config-resolve.ts';
import { expandEnvironment, expandTilde, expandTokens } from './config-tokens.ts';
import { choiceOf, countOf, durationOf, flagOf, linesOf, wordOf } from './config-values.ts';
import { type GssapiWish, gssapiOf } from './gssapi.ts';
import { leavesNoCommand, needsOpenSsh, refusesConnection } from './needs-openssh.ts';
import { passedOver } from './passed-over.ts';
import { sendEnvOf, sessionEnvironment, setEnvOf } from './session-environment.ts';

export type StrictHostKeyChecking = 'yes' | 'ask' | 'accept-new' | 'no';

/** How a node is reached and trusted: ssh_config applied, tokens replaced, paths absolute. Times in milliseconds. */
export interface ConnectionSettings {
  readonly node: string;
  readonly user: string;
  /** Name or address to connect to. */
  readonly hostName: string;
  readonly port: number;
  readonly addressFamily: 4 | 6 | undefined;
  readonly bindAddress: string | undefined;
  /** `explicit` is false for OpenSSH's default files, whose absence is no error. */
  readonly identityFiles: readonly { readonly path: string; readonly explicit: boolean }[];
  readonly identitiesOnly: boolean;
  /** Path of the agent's socket. */
  readonly identityAgent: string | undefined;
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly hostKeyAlias: string | undefined;
  readonly hashKnownHosts: boolean;
  readonly strictHostKeyChecking: StrictHostKeyChecking;
  readonly kex: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly hostKeyAlgorithms: readonly string[];
  /** True when the configuration names them: then what is known of the node does not reorder them. */
  readonly hostKeyAlgorithmsFixed: boolean;
  readonly compression: boolean;
  /** `publickey`, `keyboard-interactive`, `password`, in the order to try. */
  readonly authentications: readonly string[];
  readonly passwordPrompts: number;
  readonly batchMode: boolean;
  readonly connectTimeoutMs: number | undefined;
  readonly connectionAttempts: number;
  readonly keepaliveMs: number | undefined;
  readonly keepaliveCount: number;
  readonly tcpKeepAlive: boolean;
  /** ForwardAgent as written: `no`, `yes`, a path or a variable. */
  readonly forwardAgent: string;
  /** Socket of the agent that the node may use; undefined: none. */
  readonly forwardedAgent: string | undefined;
  /** SendEnv's patterns and SetEnv's words. */
  readonly sendEnv: readonly string[];
  readonly setEnv: readonly string[];
  /** What they give each command. */
  readonly environment: Readonly<Record<string, string>>;
  /** Undefined: no login with a Kerberos ticket. */
  readonly gssapi: GssapiWish | undefined;
  readonly proxyCommand: string | undefined;
  /** ProxyJump, outermost first: `user@name:port`. */
  readonly jumps: readonly string[];
  /** What `-o` and `-l` say, strongest first; for a jump host what its own name says. */
  readonly commandLine: readonly (readonly [string, string])[];
  /** Ways to try, one after the other, when a jump host of `jumps` fails. */
  readonly otherJumps: readonly (readonly string[])[];
  /** What only OpenSSH's client could do for this node, with file and line; empty for nearly all. */
  readonly needsOpenSsh: readonly string[];
  /** RemoteCommand and the like, with file and line. */
  readonly leavesNoCommand: readonly string[];
  /** RefuseConnection, with file and line. */
  readonly refusesConnection: string | undefined;
  /** What is without effect here, with file and line. */
  readonly passedOver: readonly string[];
}

const defaultIdentities = ['id_rsa', 'id_ecdsa', 'id_ed25519'];
const defaultAuthentications = 'gssapi-with-mic,hostbased,publickey,keyboard-interactive,password';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly user?: string;
  readonly options?: readonly (readonly [string, string])[];
}

/** Reads the resolved lines. Throws SshConfigError (file:line) for values ssh would refuse. */
export function settingsFrom(config: ResolvedConfig, surroundings: Surroundings): ConnectionSettings {
  const proxy = proxyOf(config);
  const sendEnv = sendEnvOf(config);
  const setEnv = setEnvOf(config);
  return {
    node: config.node,
    user: config.user,
    hostName: config.hostName,
    port: config.port,
    addressFamily: choiceOf<4 | 6 | undefined>(
      config,
      'addressfamily',
      { any: undefined, inet: 4, inet6: 6 },
      undefined,
    ),
    bindAddress: wordOf(config, 'bindaddress'),
    identityFiles: identityFilesOf(config, surroundings),
    identitiesOnly: flagOf(config, 'identitiesonly', false),
    identityAgent: identityAgentOf(config, surroundings),
    userKnownHostsFiles: filesOf(config, 'userknownhostsfile', surroundings, [
      '~/.ssh/known_hosts',
      '~/.ssh/known_hosts2',
    ]),
    globalKnownHostsFiles: filesOf(config, 'globalknownhostsfile', surroundings, [
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ]),
    hostKeyAlias: wordOf(config, 'hostkeyalias'),
    hashKnownHosts: flagOf(config, 'hashknownhosts', false),
    strictHostKeyChecking: choiceOf<StrictHostKeyChecking>(
      config,
      'stricthostkeychecking',
      { yes: 'yes', true: 'yes', no: 'no', false: 'no', off: 'no', ask: 'ask', 'accept-new': 'accept-new' },
      'ask',
    ),
    kex: applyAlgorithmLine('kex', config.first.get('kexalgorithms')),
    ciphers: applyAlgorithmLine('cipher', config.first.get('ciphers')),
    macs: applyAlgorithmLine('mac', config.first.get('macs')),
    hostKeyAlgorithms: applyAlgorithmLine('hostKey', config.first.get('hostkeyalgorithms')),
    hostKeyAlgorithmsFixed: config.first.has('hostkeyalgorithms'),
    compression: flagOf(config, 'compression', false),
    authentications: authenticationsOf(config),
    passwordPrompts: countOf(config, 'numberofpasswordprompts', 3),
    batchMode: flagOf(config, 'batchmode', false),
    connectTimeoutMs: durationOf(config, 'connecttimeout'),
    connectionAttempts: countOf(config, 'connectionattempts', 1),
    keepaliveMs: durationOf(config, 'serveraliveinterval') || undefined,
    keepaliveCount: countOf(config, 'serveralivecountmax', 3),
    tcpKeepAlive: flagOf(config, 'tcpkeepalive', true),
    ...forwardingOf(config, surroundings),
    sendEnv,
    setEnv,
    environment: sessionEnvironment(sendEnv, setEnv, surroundings.env),
    gssapi: gssapiOf(config),
    proxyCommand: proxy.command,
    jumps: proxy.jumps,
    commandLine: commandLineOf(surroundings),
    otherJumps: [],
    needsOpenSsh: needsOpenSsh(config),
    leavesNoCommand: leavesNoCommand(config),
    refusesConnection: refusesConnection(config),
    passedOver: passedOver(config),
  };
}

function identityFilesOf(
  config: ResolvedConfig,
  surroundings: Surroundings,
): readonly { path: string; explicit: boolean }[] {
  const lines = linesOf(config, 'identityfile');
  if (lines.length === 0) {
    return defaultIdentities.map((name) => ({ path: `${surroundings.home}/.ssh/${name}`, explicit: false }));
  }
  return lines
    .filter((line) => line.words[0]?.toLowerCase() !== 'none')
    .map((line) => ({ path: expandPath(line.words[0] ?? '', line, config, surroundings), explicit: true }));
}

function identityAgentOf(config: ResolvedConfig, surroundings: Surroundings): string | undefined {
  const line = config.first.get('identityagent');
  const word = line?.words[0] ?? 'SSH_AUTH_SOCK';
  if (line === undefined || word === 'SSH_AUTH_SOCK') return nonEmpty(surroundings.env['SSH_AUTH_SOCK']);
  if (word.toLowerCase() === 'none') return undefined;
  return socketOf(line, config, surroundings);
}

/** A path, or `$NAME` for the variable that holds it. */
function socketOf(line: ConfigLine, config: ResolvedConfig, surroundings: Surroundings): string | undefined {
  const word = line.words[0] ?? '';
  const variable = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(word)?.[1];
  if (variable !== undefined) return nonEmpty(surroundings.env[variable]);
  return expandPath(word, line, config, surroundings);
}

function forwardingOf(
  config: ResolvedConfig,
  surroundings: Surroundings,
): Pick<ConnectionSettings, 'forwardAgent' | 'forwardedAgent'> {
  const line = config.first.get('forwardagent');
  const word = line?.words[0] ?? 'no';
  if (line === undefined || /^(no|false)$/i.test(word))
    return { forwardAgent: 'no', forwardedAgent: undefined };
  if (/^(yes|true)$/i.test(word)) {
    return { forwardAgent: 'yes', forwardedAgent: identityAgentOf(config, surroundings) };
  }
  return { forwardAgent: word, forwardedAgent: socketOf(line, config, surroundings) };
}

function filesOf(
  config: ResolvedConfig,
  keyword: string,
  surroundings: Surroundings,
  absent: readonly string[],
): readonly string[] {
  const line = config.first.get(keyword);
  if (line === undefined) return absent.map((path) => expandTilde(path, surroundings.home));
  if (line.words.length === 1 && line.words[0]?.toLowerCase() === 'none') return [];
  return line.words.map((word) => expandPath(word, line, config, surroundings));
}

function expandPath(
  word: string,
  line: ConfigLine,
  config: ResolvedConfig,
  surroundings: Surroundings,
): string {
  const plain = expandTilde(word, surroundings.home);
  return expandTokens(expandEnvironment(plain, surroundings.env, line.where), config.tokens, line.where);
}

function authenticationsOf(config: ResolvedConfig): readonly string[] {
  const allowed: Readonly<Record<string, boolean>> = {
    publickey: choiceOf(
      config,
      'pubkeyauthentication',
      { yes: true, true: true, no: false, false: false, unbound: true, 'host-bound': true },
      true,
    ),
    'keyboard-interactive': flagOf(config, 'kbdinteractiveauthentication', true),
    password: flagOf(config, 'passwordauthentication', true),
  };
  const preferred = (wordOf(config, 'preferredauthentications') ?? defaultAuthentications).split(',');
  return preferred.filter((method) => allowed[method] === true);
}

function proxyOf(config: ResolvedConfig): { command: string | undefined; jumps: readonly string[] } {
  const command = config.first.get('proxycommand');
  const jump = config.first.get('proxyjump');
  const jumps = (jump?.words[0] ?? 'none').toLowerCase() === 'none' ? [] : (jump?.words[0] ?? '').split(',');
  if (command === undefined || command.text.toLowerCase() === 'none') return { command: undefined, jumps };
  const { h, n, p, r } = config.tokens;
  for (const value of [h, n, r]) refuseShellCharacters(value, command);
  return { command: expandTokens(command.text, { h, n, p, r }, command.where), jumps };
}

/** ProxyCommand is a shell line: a name that the shell would read as more than a word must not get into it. */
function refuseShellCharacters(value: string | undefined, line: ConfigLine): void {
  if (value !== undefined && (/[^A-Za-z0-9._:@%+\-\\ ~/]/.test(value) || value.startsWith('-'))) {
    throw new SshConfigError(
      line.where,
      `refusing to put ${JSON.stringify(value)} into ProxyCommand's shell`,
    );
  }
}

/** -l is stronger than -o User. */
export function commandLineOf({ user, options }: Pick<Surroundings, 'user' | 'options'>) {
  return [...(user === undefined ? [] : [['User', user] as const]), ...(options ?? [])];
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
