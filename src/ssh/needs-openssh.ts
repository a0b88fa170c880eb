import { applyAlgorithmLine } from './algorithms.ts';
import type { ResolvedConfig } from './config-resolve.ts';
import type { ConfigLine } from './config-line.ts';
import { linesOf } from './config-values.ts';

/** Keywords whose effect only OpenSSH's own client has, unless their value says "off". */
export const onlyOpenSsh: Readonly<Record<string, readonly string[]>> = {
  bindinterface: [],
  canonicalizehostname: ['no', 'false'],
  gssapikeyexchange: ['no', 'false'],
  hostbasedauthentication: ['no', 'false'],
  kbdinteractivedevices: [],
  knownhostscommand: ['none'],
  nohostauthenticationforlocalhost: ['no', 'false'],
  pkcs11provider: ['none'],
  proxyusefdpass: ['no', 'false'],
  pubkeyacceptedalgorithms: [],
  rekeylimit: ['default'],
  requiredrsasize: [],
  revokedhostkeys: ['none'],
  securitykeyprovider: ['internal'],
  tunnel: ['no', 'false'],
  verifyhostkeydns: ['no', 'false'],
};

/** Of these, what the machine's own configuration says for everybody (RHEL's crypto policies do) sends no node to the system's ssh. */
export const onlyOpenSshUnlessForAll: ReadonlySet<string> = new Set([
  'pubkeyacceptedalgorithms',
  'rekeylimit',
  'requiredrsasize',
]);

/**
 * What the configuration asks of this node that the built-in transport cannot do, one phrase each with file and line.
 * Never ignored: the outcome would differ from what ssh does.
 */
export function needsOpenSsh(config: ResolvedConfig): string[] {
  const needs: string[] = [];
  for (const [keyword, off] of Object.entries(onlyOpenSsh)) {
    const line = config.first.get(keyword);
    if (line === undefined || off.includes((line.words[0] ?? '').toLowerCase())) continue;
    if (!onlyOpenSshUnlessForAll.has(keyword) || !isSystemWide(line)) needs.push(phrase(line));
  }
  for (const line of linesOf(config, 'certificatefile')) needs.push(phrase(line));
  for (const [kind, keyword] of [
    ['kex', 'kexalgorithms'],
    ['cipher', 'ciphers'],
    ['mac', 'macs'],
    ['hostKey', 'hostkeyalgorithms'],
  ] as const) {
    const line = config.first.get(keyword);
    if (applyAlgorithmLine(kind, line).length === 0) needs.push(`${keyword} ${line?.text} (${line?.where})`);
  }
  return needs;
}

/** RefuseConnection of OpenSSH 10, by whose will nobody is to connect there. */
export function refusesConnection(config: ResolvedConfig): string | undefined {
  const line = config.first.get('refuseconnection');
  return line === undefined ? undefined : phrase(line);
}

/** What leaves no room for a command of ours on this node; ssh refuses one there too. */
export function leavesNoCommand(config: ResolvedConfig): string[] {
  const off = { remotecommand: 'none', sessiontype: 'default' };
  return Object.entries(off).flatMap(([keyword, value]) => {
    const line = config.first.get(keyword);
    return line === undefined || line.words[0]?.toLowerCase() === value ? [] : [phrase(line)];
  });
}

/** A line of the machine's own configuration: written for everybody by a distribution or its administrator. */
export function isSystemWide({ where }: ConfigLine): boolean {
  return where.startsWith('/etc/');
}

/** `keyword value (file:line)` */
export function phrase({ keyword, text, where }: ConfigLine): string {
  return `${text === '' ? keyword : `${keyword} ${text}`} (${where})`;
}
