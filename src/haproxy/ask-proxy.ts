import { asRoot } from '../fanout/as-root.ts';
import { randomBytes } from 'node:crypto';
import { askCommand } from '../fanout/ask-command.ts';
import type { Executor } from '../fanout/executor.ts';
import { shellQuote } from '../fanout/shell-quote.ts';

/** A server line of a backend, as `show stat` and `show servers state` say it. */
export interface ProxyServer {
  readonly backend: string;
  readonly server: string;
  /** `UP`, `DOWN`, `DRAIN`, `MAINT`, `no check`; without the count of checks behind it. */
  readonly status: string;
  readonly sessions: number;
  /** Without port. */
  readonly address: string;
  /** Drained by somebody's command, whatever its health. */
  readonly drained: boolean;
}

export interface ProxyState {
  readonly proxy: string;
  readonly servers: readonly ProxyServer[];
}

/** `problem`: a sentence fragment without the proxy's name. */
export type ProxyAnswer = ProxyState | { readonly proxy: string; readonly problem: string };

export interface ProxyTools {
  readonly executor: Executor;
  readonly signal: AbortSignal;
}

/** Asks a proxy through its runtime socket what its servers are. */
export async function askProxy(proxy: string, tools: ProxyTools): Promise<ProxyAnswer> {
  const answer = await runtime(proxy, ['show stat', 'show servers state'], tools);
  if (typeof answer === 'string') return { proxy, problem: answer };
  const [stat = '', state = ''] = answer;
  const admin = readServersState(state);
  const servers = readStat(stat).map((row): ProxyServer => {
    const { address = '', flags = 0 } = admin.get(`${row.backend}/${row.server}`) ?? {};
    // srv_admin_state: 0x08 FDRAIN (management.txt).
    return { ...row, address, drained: (flags & 0x08) !== 0 };
  });
  return { proxy, servers };
}

/** Sets servers of a proxy to `drain` or `ready`; or ends what sessions they have. Says why it could not. */
export async function commandProxy(
  proxy: string,
  servers: readonly Pick<ProxyServer, 'backend' | 'server'>[],
  what: 'drain' | 'ready' | 'shutdown sessions',
  tools: ProxyTools,
): Promise<string | undefined> {
  const commands = servers.map(({ backend, server }) =>
    what === 'shutdown sessions'
      ? `shutdown sessions server ${backend}/${server}`
      : `set server ${backend}/${server} state ${what}`,
  );
  if (commands.length === 0) return undefined;
  const answer = await runtime(proxy, commands, tools);
  if (typeof answer === 'string') return answer;
  // These commands say nothing when all is well.
  return answer.map((text) => text.trim()).find((text) => text !== '');
}

/**
 * Commands to the socket of the configuration's first `stats socket` with level admin, each on a connection of its own:
 * by socat, else python3. Answers in their order; a text: why there are none.
 */
async function runtime(
  proxy: string,
  commands: readonly string[],
  { executor, signal }: ProxyTools,
): Promise<string[] | string> {
  const nonce = randomBytes(9).toString('hex');
  const body = `socket=$(awk '$1 == "stats" && $2 == "socket" && /level admin/ { print $3; exit }' /etc/haproxy/haproxy.cfg 2>/dev/null)
for other in "\${socket#unix@}" /run/haproxy/admin.sock /var/run/haproxy.sock /var/lib/haproxy/stats; do
  [ -n "$other" ] && [ -S "$other" ] && { socket=$other; break; }
  socket=
done
[ -n "$socket" ] || { echo 'no runtime socket with level admin' >&2; exit 1; }
ask() {
  if command -v socat >/dev/null 2>&1; then printf '%s\\n' "$1" | socat -t 10 stdio "unix-connect:$socket"
  else python3 -c 'import socket,sys
s=socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(sys.argv[1]); s.sendall((sys.argv[2]+"\\n").encode())
while True:
  b=s.recv(65536)
  if not b: break
  sys.stdout.buffer.write(b)' "$socket" "$1"
  fi
}
${commands.map((command) => `printf '\\n#${nonce}\\n'; ask ${shellQuote(command)} || exit 1`).join('\n')}
printf '\\n#${nonce}\\n'`;
  const script = Buffer.from(`${asRoot(body)} </dev/null\n`);
  const { outcome, stdout, stderr } = await askCommand(
    executor,
    proxy,
    {
      command: 'exec sh -s',
      timeoutMs: 30_000,
      stdin: async function* () {
        yield script;
      },
    },
    signal,
  );
  const parts = stdout.split(`#${nonce}\n`).slice(1);
  if (parts.length === commands.length + 1) return parts.slice(0, -1);
  if ('message' in outcome) return outcome.message;
  return socketProblem(stderr.trim().split('\n').at(-1) ?? '');
}

/** `2026/11/26 14:42:16 socat[131] E connect(…): Connection refused`: HAProxy does not run, its socket is left. */
function socketProblem(said: string): string {
  if (said === '') return 'its runtime socket does not answer';
  const ofSocat = /socat\[\d+\] \w .*: (.+)$/.exec(said);
  return ofSocat === null ? said : `HAProxy does not answer on its runtime socket: ${ofSocat[1]!}`;
}

function readStat(text: string): Pick<ProxyServer, 'backend' | 'server' | 'status' | 'sessions'>[] {
  const [head = '', ...lines] = text.trim().split('\n');
  const columns = head.replace(/^# /, '').split(',');
  const at = (row: readonly string[], name: string): string => row[columns.indexOf(name)] ?? '';
  return lines
    .map((line) => line.split(','))
    .filter((row) => at(row, 'type') === '2')
    .map((row) => ({
      backend: at(row, 'pxname'),
      server: at(row, 'svname'),
      status: at(row, 'status').replace(/ \d+\/\d+$/, ''),
      sessions: Number(at(row, 'scur')),
    }));
}

/** Format 1: a number, a line of names that begins with #, then a row a server. */
function readServersState(text: string): Map<string, { address: string; flags: number }> {
  const lines = text.trim().split('\n');
  const head = lines.find((line) => line.startsWith('# ')) ?? '';
  const columns = head.slice(2).split(' ');
  const rows = lines
    .filter((line) => !line.startsWith('#') && line.includes(' '))
    .map((line) => line.split(' '));
  const at = (row: readonly string[], name: string): string => row[columns.indexOf(name)] ?? '';
  return new Map(
    rows.map((row) => [
      `${at(row, 'be_name')}/${at(row, 'srv_name')}`,
      { address: at(row, 'srv_addr'), flags: Number(at(row, 'srv_admin_state')) },
    ]),
  );
}
