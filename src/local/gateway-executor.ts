import type { Executor } from '../fanout/executor.ts';

/** Runs each node's command on its gateway instead (clush's `--remote=no`). @param gatewayOf known for every node */
export function onGateways(executor: Executor, gatewayOf: (node: string) => string): Executor {
  return {
    execute: (node, task, sink, signal) => executor.execute(gatewayOf(node), task, sink, signal),
    close: () => executor.close(),
  };
}
