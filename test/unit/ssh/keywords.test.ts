import { describe, expect, it } from 'vitest';
import { canonicalKeywords } from '../../../src/ssh/config-keywords.ts';
import { onlyOpenSsh } from '../../../src/ssh/needs-openssh.ts';
import { withoutEffect } from '../../../src/ssh/passed-over.ts';

const words = (text: string): string[] => text.trim().split(/\s+/);

/** The language itself. */
const structure = words('host match include ignoreunknown');

/** Both transports do what these say. */
const honoured = words(`addressfamily batchmode bindaddress ciphers compression connecttimeout forwardagent
  globalknownhostsfile gssapiauthentication gssapidelegatecredentials hashknownhosts hostkeyalgorithms hostkeyalias
  hostname identitiesonly identityagent identityfile kbdinteractiveauthentication kexalgorithms macs
  numberofpasswordprompts passwordauthentication port preferredauthentications proxycommand proxyjump
  pubkeyauthentication sendenv serveralivecountmax serveraliveinterval setenv stricthostkeychecking tcpkeepalive user
  userknownhostsfile`);

/** An error that names the line. */
const refused = words('remotecommand sessiontype refuseconnection');

/** These matter only beside a keyword that leads to the system's ssh, which reads them itself. */
const besideOthers =
  words(`canonicaldomains canonicalizefallbacklocal canonicalizemaxdots canonicalizepermittedcnames
  casignaturealgorithms enablesshkeysign gssapiclientidentity gssapikexalgorithms gssapirenewalforcesrekey
  gssapiserveridentity gssapitrustdns hostbasedacceptedalgorithms tunneldevice`);

describe('the keywords of ssh_config', () => {
  it('are each honoured, refused, left to the system’s ssh or passed over: none is forgotten', () => {
    const classes = [
      structure,
      honoured,
      refused,
      besideOthers,
      [...Object.keys(onlyOpenSsh), 'certificatefile'],
      [...withoutEffect],
    ].flat();

    expect(classes.toSorted()).toEqual(canonicalKeywords().toSorted());
  });
});
