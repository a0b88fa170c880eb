import { createHash } from 'node:crypto';
import { SshConfigError } from './config-error.ts';
import type { ConfigEntry, IncludedLines } from './config-file.ts';
import { accumulating } from './config-keywords.ts';
import type { ConfigLine } from './config-line.ts';
import { type MatchFacts, matchesHostLine, matchesMatchLine } from './config-match.ts';
import { expandTokens, type Tokens } from './config-tokens.ts';
import { matchPatternList } from './pattern.ts';

/** Who and where muster itself is: what the tokens %u, %d, %i, %l, %L stand for. */
export interface LocalFacts {
  readonly home: string;
  readonly localUser: string;
  readonly uid: number;
  readonly hostName: string;
}

export interface ResolveOptions extends LocalFacts {
  /** In order of strength: options of the command line, the user's file, the system's file. */
  readonly layers: readonly (readonly ConfigEntry[])[];
  readonly runMatchExec: (command: string, where: string) => Promise<boolean>;
}

/** The lines that hold for one node. */
export interface ResolvedConfig {
  readonly node: string;
  /** For all keywords but the accumulating ones: the first line that applied. `proxyjump` and `proxycommand` exclude each other. */
  readonly first: ReadonlyMap<string, ConfigLine>;
  /** IdentityFile, CertificateFile, SendEnv. */
  readonly lists: ReadonlyMap<string, readonly ConfigLine[]>;
  /** The address to connect to: HostName with tokens replaced, or the node's name; lower case. */
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  /** Tokens as for IdentityFile and Match exec. */
  readonly tokens: Tokens;
}

interface State {
  readonly node: string;
  readonly first: Map<string, ConfigLine>;
  readonly lists: Map<string, ConfigLine[]>;
  readonly options: ResolveOptions;
  finalPass: boolean;
  finalWanted: boolean;
  expandedHost: string | undefined;
}

/** Applies the configuration to one node: the first value wins, blocks count when their Host or Match line matches. */
export async function resolveConfig(node: string, options: ResolveOptions): Promise<ResolvedConfig> {
  const state: State = {
    node,
    first: new Map(),
    lists: new Map(),
    options,
    finalPass: false,
    finalWanted: false,
    expandedHost: undefined,
  };
  for (const layer of options.layers) await applyEntries(layer, state, true);
  if (state.finalWanted) {
    state.expandedHost = lowerCaseName(currentHost(state));
    state.finalPass = true;
    for (const layer of options.layers) await applyEntries(layer, state, true);
  }
  const hostName = state.expandedHost ?? lowerCaseName(currentHost(state));
  return {
    node,
    first: state.first,
    lists: state.lists,
    hostName,
    user: currentUser(state),
    port: currentPort(state),
    tokens: tokensOf(state, hostName),
  };
}

/** Returns nothing: a block's own lines see whether its Host or Match line held. */
async function applyEntries(entries: readonly ConfigEntry[], state: State, outer: boolean): Promise<void> {
  let active = outer;
  for (const entry of entries) {
    if (isIncluded(entry)) {
      if (active) await applyEntries(entry.entries, state, true);
    } else if (entry.keyword === 'host') active = matchesHostLine(entry, state.node);
    else if (entry.keyword === 'match') active = await matchesMatchLine(entry, matchFacts(state));
    else if (!entry.known) refuseUnknown(entry, state);
    else if (active) applyLine(entry, state);
  }
}

function isIncluded(entry: ConfigEntry): entry is IncludedLines {
  return 'entries' in entry;
}

function applyLine(line: ConfigLine, state: State): void {
  if (accumulating.has(line.keyword)) {
    const lines = state.lists.get(line.keyword) ?? [];
    if (
      line.keyword === 'sendenv' ||
      !lines.some((other) => other.words[0] === line.words[0] && other.words.length === line.words.length)
    ) {
      lines.push(line);
    }
    state.lists.set(line.keyword, lines);
    return;
  }
  if (line.keyword === 'proxyjump' && state.first.has('proxycommand')) return;
  if (line.keyword === 'proxycommand' && hasJump(state)) return;
  if (!state.first.has(line.keyword)) state.first.set(line.keyword, line);
}

/** `ProxyJump none` leaves the way open for a ProxyCommand. */
function hasJump(state: State): boolean {
  const jump = state.first.get('proxyjump')?.words[0]?.toLowerCase();
  return jump !== undefined && jump !== 'none';
}

function refuseUnknown(line: ConfigLine, state: State): void {
  const ignored = state.first.get('ignoreunknown')?.words[0];
  if (ignored !== undefined && matchPatternList(line.keyword, ignored.toLowerCase().split(','))) return;
  throw new SshConfigError(
    line.where,
    `unknown keyword "${line.keyword}"`,
    'ssh refuses it too; IgnoreUnknown allows it.',
  );
}

function matchFacts(state: State): MatchFacts {
  const host = state.expandedHost ?? currentHost(state);
  return {
    originalHost: state.node,
    host,
    user: currentUser(state),
    localUser: state.options.localUser,
    finalPass: state.finalPass,
    tokens: () => tokensOf(state, host),
    exec: state.options.runMatchExec,
    wantFinalPass: () => {
      state.finalWanted = true;
    },
  };
}

function currentHost(state: State): string {
  const line = state.first.get('hostname');
  return line === undefined ? state.node : expandTokens(line.words[0] ?? '', { h: state.node }, line.where);
}

function currentUser(state: State): string {
  return state.first.get('user')?.words[0] ?? state.options.localUser;
}

function currentPort(state: State): number {
  const line = state.first.get('port');
  if (line === undefined) return 22;
  // ssh takes service names too; of those only its own makes sense
  const port = line.words[0] === 'ssh' ? 22 : Number(line.words[0]);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new SshConfigError(line.where, `not a port number: ${line.words[0] ?? ''}`);
  }
  return port;
}

/** Addresses stay as written; names are compared in lower case from here on. */
function lowerCaseName(host: string): string {
  return host.includes(':') ? host : host.toLowerCase();
}

/** The tokens of IdentityFile, IdentityAgent, UserKnownHostsFile and Match exec. */
function tokensOf(state: State, host: string): Tokens {
  const { options, node } = state;
  const port = String(currentPort(state));
  const user = currentUser(state);
  return {
    d: options.home,
    h: host,
    i: String(options.uid),
    k: state.first.get('hostkeyalias')?.words[0] ?? node,
    L: options.hostName.split('.')[0],
    l: options.hostName,
    n: node,
    p: port,
    r: user,
    u: options.localUser,
    get C() {
      return createHash('sha1').update(`${options.hostName}${host}${port}${user}`).digest('hex');
    },
  };
}
