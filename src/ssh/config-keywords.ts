/**
 * Every keyword that OpenSSH's client knows (ssh_config(5) of 9.2 and what later versions to 10.x added), lower case.
 * A keyword outside this list is an error unless IgnoreUnknown names it, exactly as for ssh.
 */
const known = `
addkeystoagent addressfamily batchmode bindaddress bindinterface canonicaldomains canonicalizefallbacklocal
canonicalizehostname canonicalizemaxdots canonicalizepermittedcnames casignaturealgorithms certificatefile
challengeresponseauthentication channeltimeout checkhostip cipher ciphers clearallforwardings compression
compressionlevel connectionattempts connecttimeout controlmaster controlpath controlpersist dsaauthentication
dynamicforward enableescapecommandline enablesshkeysign escapechar exitonforwardfailure fallbacktorsh
fingerprinthash forkafterauthentication forwardagent forwardx11 forwardx11timeout forwardx11trusted gatewayports
globalknownhostsfile globalknownhostsfile2 gssapiauthentication gssapiclientidentity gssapidelegatecredentials
gssapikexalgorithms gssapikeyexchange gssapirenewalforcesrekey gssapiserveridentity gssapitrustdns hashknownhosts
host hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes hostkeyalgorithms hostkeyalias hostname
identitiesonly identityagent identityfile identityfile2 ignoreunknown include ipqos kbdinteractiveauthentication
kbdinteractivedevices keepalive kexalgorithms knownhostscommand localcommand localforward loglevel logverbose macs
match nohostauthenticationforlocalhost numberofpasswordprompts obscurekeystroketiming passwordauthentication
permitlocalcommand permitremoteopen pkcs11provider port preferredauthentications protocol protocolkeepalives
proxycommand proxyjump proxyusefdpass pubkeyacceptedalgorithms pubkeyacceptedkeytypes pubkeyauthentication
refuseconnection rekeylimit remotecommand remoteforward requesttty requiredrsasize revokedhostkeys
rhostsauthentication rhostsrsaauthentication rsaauthentication securitykeyprovider sendenv serveralivecountmax
serveraliveinterval sessiontype setenv setuptimeout skeyauthentication smartcarddevice stdinnull streamlocalbindmask
streamlocalbindunlink stricthostkeychecking syslogfacility tag tcpkeepalive tisauthentication tunnel tunneldevice
updatehostkeys useblacklistedkeys usekeychain usersh useprivilegedport useroaming userknownhostsfile
userknownhostsfile2 user verifyhostkeydns versionaddendum visualhostkey warnweakcrypto xauthlocation`;

/** Other spellings of the same keyword. */
const aliases: Readonly<Record<string, string>> = {
  identityfile2: 'identityfile',
  globalknownhostsfile2: 'globalknownhostsfile',
  userknownhostsfile2: 'userknownhostsfile',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  hostbasedkeytypes: 'hostbasedacceptedalgorithms',
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  keepalive: 'tcpkeepalive',
  smartcarddevice: 'pkcs11provider',
};

let index: Set<string> | undefined;

/** The keyword under its usual name; undefined when ssh does not know it. */
export function canonicalKeyword(keyword: string): string | undefined {
  index ??= new Set(known.trim().split(/\s+/));
  return index.has(keyword) ? (aliases[keyword] ?? keyword) : undefined;
}

/** All of them, under their usual names. */
export function canonicalKeywords(): string[] {
  return [
    ...new Set(
      known
        .trim()
        .split(/\s+/)
        .map((keyword) => aliases[keyword] ?? keyword),
    ),
  ];
}

/** Every further line adds to these; for all others the first line wins. */
export const accumulating: ReadonlySet<string> = new Set(['identityfile', 'certificatefile', 'sendenv']);

/** These take more than one word on a line. */
export const severalWords: ReadonlySet<string> = new Set(
  `canonicaldomains canonicalizepermittedcnames channeltimeout dynamicforward globalknownhostsfile host include ipqos
  localforward logverbose match permitremoteopen rekeylimit remoteforward sendenv setenv
  userknownhostsfile protocol cipher rhostsauthentication`.split(/\s+/),
);
