import type { Executor } from '../fanout/executor.ts';
import type { HoldSignals } from './hold-signals.ts';
import type { RunSession } from './open-session.ts';

export async function lockNodes(
  _session: RunSession,
  _executor: Executor,
  _nodes: readonly string[],
  _title: string,
  _signals: HoldSignals,
): Promise<{ release(): Promise<void> }> {
  return { release: async () => {} };
}
