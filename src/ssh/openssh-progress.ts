/** How far an ssh program has come, and what it said on the way, read from its `-v` output. */
export interface OpenSshProgress {
  readonly phase: OpenSshPhase;
  /** `127.0.0.1:22`, the last address tried. */
  readonly address: string | undefined;
  /** `ssh-ed25519 SHA256:…` as the server showed it. */
  readonly hostKey: string | undefined;
  /** What the server said before its banner. */
  readonly greeting: readonly string[];
  /** The server's banner: `SSH-2.0-OpenSSH_9.2`. */
  readonly version: string | undefined;
  /** What was offered, in order: files, `agent`, methods. */
  readonly tried: readonly string[];
  /** The methods the server takes. */
  readonly accepted: readonly string[] | undefined;
  readonly authenticated: boolean;
  /** Why no Kerberos ticket could be used, in the words of its library. */
  readonly ticketProblem: string | undefined;
  /** All lines that are no debug output: errors and warnings, and what helpers wrote. */
  readonly said: readonly string[];
  /** Takes a line; true when the phase has changed. */
  take(line: string): boolean;
}

export type OpenSshPhase = 'dns' | 'connect' | 'banner' | 'key-exchange' | 'host-key' | 'auth' | 'open';

const keptLines = 200;

/** The texts are those of OpenSSH 7.6 to 10.x (ssh.c, sshconnect.c, sshconnect2.c, kex.c). */
export function createOpenSshProgress(): OpenSshProgress {
  const said: string[] = [];
  const greeting: string[] = [];
  const tried: string[] = [];
  let phase: OpenSshPhase = 'dns';
  let address: string | undefined;
  let hostKey: string | undefined;
  let version: string | undefined;
  let accepted: readonly string[] | undefined;
  let authenticated = false;
  let method: string | undefined;
  let ticketProblem: string | undefined;

  const readers: readonly [RegExp, (found: RegExpExecArray) => OpenSshPhase | undefined][] = [
    [
      /^debug1: Connecting to .* \[(.*)\] port (\d+)\./,
      ([, host, port]) => {
        address = `${host!.includes(':') ? `[${host}]` : host}:${port}`;
        return 'connect';
      },
    ],
    [/^debug1: (?:Connection established|Executing proxy command)/, () => 'banner'],
    [
      /^debug1: .*banner line \d+: (.*)/,
      ([, text]) => {
        greeting.push(text!);
        return undefined;
      },
    ],
    [
      /^debug1: Remote protocol version (\S+?), remote software version (.*)/,
      ([, protocol, software]) => {
        version = `SSH-${protocol}-${software}`;
        return 'key-exchange';
      },
    ],
    [
      /^debug1: Server host (?:key|certificate): (\S+ \S+)/,
      ([, key]) => {
        hostKey = key!.replace(/,$/, '');
        return 'host-key';
      },
    ],
    [/^debug1: SSH2_MSG_SERVICE_ACCEPT received/, () => 'auth'],
    [
      /^debug1: Authentications that can continue: (.*)/,
      ([, methods]) => {
        accepted = methods!.split(',');
        return undefined;
      },
    ],
    [
      /^debug1: Next authentication method: (.*)/,
      ([, next]) => {
        method = next;
        if (method !== 'publickey') tried.push(method!);
        return undefined;
      },
    ],
    [
      /^debug1: (?:Offering public key|Trying private key): (.*?)(?: [A-Z0-9-]+ SHA256:\S+(.*))?$/,
      ([, path, how]) => {
        tried.push(how?.includes('agent') === true ? 'agent' : path!);
        return undefined;
      },
    ],
    [
      /^(?:debug1: )?(?:Authenticated to |Authentication succeeded)/,
      () => {
        authenticated = true;
        return 'open';
      },
    ],
  ];

  return {
    get phase() {
      return phase;
    },
    get address() {
      return address;
    },
    get hostKey() {
      return hostKey;
    },
    get version() {
      return version;
    },
    get accepted() {
      return accepted;
    },
    get authenticated() {
      return authenticated;
    },
    get ticketProblem() {
      return ticketProblem;
    },
    greeting,
    tried,
    said,
    take(line) {
      if (!line.startsWith('debug') && line !== '') {
        // the library's second line, below a "debug1" one that says nothing
        if (method === 'gssapi-with-mic' && !/^\S+@\S+: |^Connection |^Received /.test(line))
          ticketProblem ??= line;
        said.push(line);
        if (said.length > keptLines) said.shift();
      }
      for (const [pattern, read] of readers) {
        const found = pattern.exec(line);
        if (found === null) continue;
        const next = read(found);
        if (next === undefined || next === phase) return false;
        phase = next;
        return true;
      }
      return false;
    },
  };
}
