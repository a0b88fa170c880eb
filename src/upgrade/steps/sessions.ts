import { poll } from '../../patroni/poll.ts';
import type { Step, StepContext } from '../../rolling/step.ts';
import { commandAll, type LinesOfProxy, linesOnProxies } from './proxy-lines.ts';
import { type ClusterTools, waiting } from './tools.ts';

/** Waits until a drained node's sessions are gone; with --force-drain ends those that stay. */
export function sessionsGate(
  id: string,
  title: string,
  nodeOf: (context: StepContext) => string | Promise<string>,
  tools: ClusterTools,
): Step {
  return {
    id,
    title,
    kind: 'gate',
    async run(context) {
      const node = await nodeOf(context);
      const { drainMs, forceDrain } = tools.settings;
      const { signal } = waiting(tools, context);
      let last: number | string = 0;
      const look = async () => {
        const proxies = await linesOnProxies(node, tools, context);
        last = typeof proxies === 'string' ? proxies : sessionsOf(proxies);
        if (last === 0) return {};
        context.note(typeof last === 'string' ? last : `${last} sessions`);
        return undefined;
      };
      let end = await poll(look, { timeoutMs: drainMs, signal });
      if (end === 'timeout' && forceDrain) {
        const proxies = await linesOnProxies(node, tools, context);
        if (typeof proxies !== 'string') {
          await commandAll(proxies, ({ drained }) => drained, 'shutdown sessions', tools, context);
        }
        end = await poll(look, { timeoutMs: 15_000, signal });
      }
      if (end === 'aborted') return { kind: 'held', message: 'asked to hold' };
      if (end !== 'timeout') return { kind: 'done' };
      return {
        kind: 'failed',
        message:
          typeof last === 'string'
            ? last
            : `${last === 1 ? '1 session stays' : `${String(last)} sessions stay`} on ${node} after ${Math.round(drainMs / 1000)} s`,
        hint: `Clients are let in there again. To give them longer: muster upgrade resume --drain-timeout 30m; to end them: muster upgrade resume --force-drain.`,
      };
    },
  };
}

/** Sessions of the lines that are drained: those of a pool that is left as it is do not count. */
function sessionsOf(proxies: readonly LinesOfProxy[]): number {
  return proxies
    .flatMap(({ lines }) => lines.filter(({ drained }) => drained))
    .reduce((sum, { sessions }) => sum + sessions, 0);
}
