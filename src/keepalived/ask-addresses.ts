import { asRoot } from '../fanout/as-root.ts';
import { askCommand } from '../fanout/ask-command.ts';
import type { Executor } from '../fanout/executor.ts';

/** Virtual addresses of keepalived on one node. Without prefix length. */
export interface NodeAddresses {
  /** Those its configuration names. */
  readonly virtual: readonly string[];
  /** Every address it has now. */
  readonly held: readonly string[];
}

/** keepalived has no command to ask for its state: who has the address holds it. */
const body = `ip -o addr show 2>/dev/null | awk '{ sub("/.*", "", $4); print "held", $4 }'
cat /etc/keepalived/keepalived.conf /etc/keepalived/conf.d/*.conf /etc/keepalived/*.d/*.conf 2>/dev/null | awk '
  { sub(/[#!].*/, "") }
  /virtual_ipaddress/ { inside = 1; sub(/.*\\{/, "") }
  inside {
    end = index($0, "}")
    line = end ? substr($0, 1, end - 1) : $0
    if (split(line, words) > 0) { sub("/.*", "", words[1]); if (words[1] ~ /[.:]/) print "virtual", words[1] }
    if (end) inside = 0
  }'
true`;

/** A text: why it did not say. */
export async function askAddresses(
  executor: Executor,
  node: string,
  signal: AbortSignal,
): Promise<NodeAddresses | string> {
  const { outcome, stdout, stderr } = await askCommand(
    executor,
    node,
    { command: asRoot(body), timeoutMs: 30_000 },
    signal,
  );
  if (outcome.kind !== 'finished' || outcome.code !== 0) {
    return 'message' in outcome ? outcome.message : stderr.trim() || 'it does not say its addresses';
  }
  const of = (kind: string) => [
    ...new Set(
      stdout
        .split('\n')
        .map((line) => line.split(' '))
        .flatMap(([what, address]) => (what === kind && address !== undefined ? [address] : [])),
    ),
  ];
  return { virtual: of('virtual'), held: of('held') };
}
