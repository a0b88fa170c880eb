import { randomBytes } from 'node:crypto';
import { asRoot } from '../fanout/as-root.ts';
import { askCommand } from '../fanout/ask-command.ts';
import type { Executor } from '../fanout/executor.ts';

/** One server that a Barman host backs up. */
export interface BarmanServer {
  readonly name: string;
  /** Of the cluster it backs up; null: it does not reach it now. */
  readonly systemIdentifier: string | null;
  /** The newest first; `status` is Barman's word: DONE, STARTED, WAITING_FOR_WALS, FAILED. */
  readonly backups: readonly { readonly status: string; readonly endedAt: number | null }[];
  /** What `barman check` does not take for well. */
  readonly failing: readonly string[];
}

/** What Barman on one host says of all its servers, by its own commands as its own user. A text: why it does not. */
export async function askBarman(
  executor: Executor,
  host: string,
  signal: AbortSignal,
): Promise<BarmanServer[] | string> {
  const mark = `#${randomBytes(9).toString('hex')}`;
  // The singular names are understood by every version. check ends with 1 when something is wrong: that is an answer.
  const asks = ['show-server', 'list-backup', 'check'].map(
    (what) =>
      `printf '\\n${mark}\\n'; su -s /bin/sh barman -c 'timeout 60 barman -f json ${what} all' 2>/dev/null`,
  );
  const body = `command -v barman >/dev/null || { echo 'Barman is not installed' >&2; exit 1; }
${asks.join('\n')}
printf '\\n${mark}\\n'`;
  const { outcome, stdout, stderr } = await askCommand(
    executor,
    host,
    { command: asRoot(body), timeoutMs: 240_000 },
    signal,
  );
  const parts = stdout.split(`${mark}\n`);
  if (parts.length !== asks.length + 2) {
    return 'message' in outcome ? outcome.message : stderr.trim() || 'Barman does not answer';
  }
  const [servers, backups, checks] = parts.slice(1).map(readObject);
  if (servers === undefined) return 'Barman does not say its servers';
  return Object.entries(servers).map(([name, about]) =>
    readServer(name, about, backups?.[name], checks?.[name]),
  );
}

function readServer(name: string, about: unknown, backups: unknown, checks: unknown): BarmanServer {
  const { postgres_systemid: own, streaming_systemid: streaming } = asObject(about);
  const identifier = streaming ?? own;
  return {
    name,
    systemIdentifier: typeof identifier === 'string' ? identifier : null,
    backups: (Array.isArray(backups) ? backups : []).map((one) => {
      const { status, end_time_timestamp: ended } = asObject(one);
      return { status: String(status), endedAt: ended === undefined ? null : Number(ended) };
    }),
    failing: Object.entries(asObject(checks)).flatMap(([check, result]) =>
      asObject(result)['status'] === 'FAILED' ? [check.replaceAll('_', ' ')] : [],
    ),
  };
}

/** An identifier is a number beyond what a double holds in some versions: its digits are kept as text. */
function readObject(text: string | undefined): Record<string, unknown> | undefined {
  const start = text?.indexOf('{') ?? -1;
  if (text === undefined || start < 0) return undefined;
  try {
    return JSON.parse(text.slice(start).replaceAll(/("\w*systemid": )(\d+)/g, '$1"$2"')) as Record<
      string,
      unknown
    >;
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
