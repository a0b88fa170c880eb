import type { ResolvedConfig } from './config-resolve.ts';
import { isSystemWide, onlyOpenSshUnlessForAll, phrase } from './needs-openssh.ts';

/** Keywords that have no effect here, over either transport: they are for people at a terminal, for tunnels, or for the past. */
export const withoutEffect: ReadonlySet<string> = new Set(
  `addkeystoagent channeltimeout checkhostip cipher clearallforwardings compressionlevel connectionattempts controlmaster
  controlpath controlpersist dynamicforward enableescapecommandline escapechar exitonforwardfailure fallbacktorsh fingerprinthash
  forkafterauthentication forwardx11 forwardx11timeout forwardx11trusted gatewayports ipqos localcommand localforward loglevel
  logverbose obscurekeystroketiming permitlocalcommand permitremoteopen protocol protocolkeepalives remoteforward requesttty
  rhostsauthentication rhostsrsaauthentication rsaauthentication setuptimeout stdinnull streamlocalbindmask
  streamlocalbindunlink syslogfacility tag updatehostkeys useblacklistedkeys usekeychain useprivilegedport useroaming
  usersh versionaddendum visualhostkey warnweakcrypto xauthlocation`.split(/\s+/),
);

/** Values that ask for nothing. */
const asksNothing = /^(no|none|false|auto|default|info)$/i;

/** The lines of a node's configuration that are passed over: `requesttty force (/home/x/.ssh/config:3)`. */
export function passedOver(config: ResolvedConfig): string[] {
  return [...config.first.values()]
    .filter(
      (line) =>
        (withoutEffect.has(line.keyword) && !asksNothing.test(line.text)) ||
        (onlyOpenSshUnlessForAll.has(line.keyword) && isSystemWide(line)),
    )
    .map(phrase);
}
