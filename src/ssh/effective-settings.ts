import type { ConnectionSettings } from './settings.ts';

/** What a node's configuration comes to, in the words of `ssh -G`; a keyword without a value is not set. */
export function effectiveSettings(settings: ConnectionSettings): ReadonlyMap<string, string | undefined> {
  const family = { 4: 'inet', 6: 'inet6' } as const;
  const seconds = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : String(ms / 1000);
  return new Map<string, string | undefined>([
    ['user', settings.user],
    ['hostname', settings.hostName],
    ['port', String(settings.port)],
    ['addressfamily', settings.addressFamily === undefined ? 'any' : family[settings.addressFamily]],
    ['bindaddress', settings.bindAddress],
    ['proxyjump', settings.jumps.length === 0 ? undefined : settings.jumps.join(',')],
    ['proxycommand', settings.proxyCommand],
    ['identityfile', settings.identityFiles.map(({ path }) => path).join(' ') || undefined],
    ['identitiesonly', yesNo(settings.identitiesOnly)],
    ['batchmode', yesNo(settings.batchMode)],
    ['numberofpasswordprompts', String(settings.passwordPrompts)],
    ['stricthostkeychecking', settings.strictHostKeyChecking],
    ['hostkeyalias', settings.hostKeyAlias],
    ['hashknownhosts', yesNo(settings.hashKnownHosts)],
    ['userknownhostsfile', settings.userKnownHostsFiles.join(' ') || undefined],
    ['globalknownhostsfile', settings.globalKnownHostsFiles.join(' ') || undefined],
    ['connecttimeout', seconds(settings.connectTimeoutMs)],
    ['serveraliveinterval', seconds(settings.keepaliveMs)],
    ['serveralivecountmax', String(settings.keepaliveCount)],
    ['tcpkeepalive', yesNo(settings.tcpKeepAlive)],
    ['compression', yesNo(settings.compression)],
    ['gssapiauthentication', yesNo(settings.gssapi !== undefined)],
    ['forwardagent', settings.forwardAgent],
    ['sendenv', settings.sendEnv.join(' ') || undefined],
    ['setenv', settings.setEnv.join(' ') || undefined],
  ]);
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
