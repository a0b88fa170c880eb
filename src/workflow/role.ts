import type { Executor } from '../fanout/executor.ts';
import { askCommand } from '../fanout/ask-command.ts';
import { outcomeWords } from '../rolling/outcome-words.ts';

/** What the node's own PostgreSQL says it is, asked as whoever may: no cluster software needed. */
export async function askRole(
  executor: Executor,
  node: string,
  signal: AbortSignal,
): Promise<'leader' | 'replica' | { readonly why: string }> {
  const { outcome, stdout, stderr } = await askCommand(
    executor,
    node,
    { command: roleScript, timeoutMs: 30_000 },
    signal,
  );
  const said = stdout.trim();
  if (outcome.kind === 'finished' && outcome.code === 0 && said === 'f') return 'leader';
  if (outcome.kind === 'finished' && outcome.code === 0 && said === 't') return 'replica';
  return { why: stderr.trim().split('\n').at(-1) || outcomeWords(outcome) };
}

const roleScript = `cd / && q='select pg_is_in_recovery()'
if [ "$(id -u)" = 0 ]; then exec runuser -u postgres -- psql -XAtqc "$q"
elif sudo -n -u postgres true 2>/dev/null; then exec sudo -n -u postgres psql -XAtqc "$q"
else exec psql -XAtqc "$q" -d postgres; fi`;
