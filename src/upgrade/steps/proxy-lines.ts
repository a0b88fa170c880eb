import { eachNode } from '../../fanout/each-node.ts';
import { commandProxy, type ProxyServer, type ProxyState } from '../../haproxy/ask-proxy.ts';
import { askProxies, isAnswer, linesOfMember } from '../../haproxy/pools.ts';
import type { StepContext } from '../../rolling/step.ts';
import { acting, type ClusterTools } from './tools.ts';

/** Server lines of one proxy. */
export interface LinesOfProxy {
  readonly proxy: string;
  readonly lines: readonly ProxyServer[];
}

/** What to do when a proxy does not answer, or does not do as it is told. */
export const proxyHint =
  'See to that proxy (systemctl status haproxy there), then: muster upgrade resume. Without it for good: muster upgrade abort, then plan anew without it.';

/** What every proxy of the cluster says; a text when one does not answer. */
export async function askOwnProxies(
  tools: ClusterTools,
  context: StepContext,
): Promise<ProxyState[] | string> {
  const answers = await askProxies(tools.plan.proxies, acting(tools, context));
  const silent = answers.flatMap((answer) =>
    isAnswer(answer) ? [] : [`${answer.proxy}: ${answer.problem}`],
  );
  return silent.length > 0 ? silent.join('; ') : answers.filter(isAnswer);
}

/** The lines that are a node, on every proxy. */
export async function linesOnProxies(
  node: string,
  tools: ClusterTools,
  context: StepContext,
): Promise<LinesOfProxy[] | string> {
  const member = tools.plan.members.find((one) => one.node === node)!;
  const answers = await askOwnProxies(tools, context);
  if (typeof answers === 'string') return answers;
  return answers.map((answer) => ({ proxy: answer.proxy, lines: linesOfMember(answer, member) }));
}

/** One command to the lines wanted, on all proxies at once. Says what went wrong. */
export async function commandAll(
  proxies: readonly LinesOfProxy[],
  wanted: (line: ProxyServer) => boolean,
  what: 'drain' | 'ready' | 'shutdown sessions',
  tools: ClusterTools,
  context: StepContext,
): Promise<string[]> {
  const problems = await eachNode(
    proxies.map(({ proxy }) => proxy),
    Math.max(1, proxies.length),
    async (proxy) => {
      const lines = proxies.find((one) => one.proxy === proxy)!.lines.filter(wanted);
      const problem = await commandProxy(proxy, lines, what, acting(tools, context));
      return problem === undefined ? [] : [`${proxy}: ${problem}`];
    },
  );
  return problems.flat();
}
