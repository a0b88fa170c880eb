import { readTopologyConf } from '../config/topology-conf.ts';
import { formatPlace } from '../config/config-error.ts';
import { UserError } from '../errors.ts';
import { evaluateInOrder } from '../nodeset/evaluate.ts';
import type { GroupResolver } from '../nodeset/group-resolver.ts';
import { createWays, type Route, type WaysTo } from '../run/routes.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * The ways to nodes that topology.conf describes, as seen from this machine; undefined when there is no such file, or when
 * one found on the search path says nothing about this machine (it may be shared by many).
 * @throws UserError for a wrong file, or for one named by --topology without a route from here
 */
export async function readRoutes(
  topology: string | undefined,
  { env, home, cwd, host }: Pick<Surroundings, 'env' | 'home' | 'cwd' | 'host'>,
  resolver: GroupResolver,
): Promise<WaysTo | undefined> {
  const conf = readTopologyConf({ env, home, cwd, topology });
  if (conf === undefined) return undefined;
  const routes: Route[] = [];
  for (const { from, to, ...place } of conf.routes) {
    const where = formatPlace(place);
    const read = async (expression: string): Promise<readonly string[]> => {
      try {
        return await evaluateInOrder(expression, { resolver });
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        throw new UserError(`${where}: ${error.message}`, {
          code: 'TOPOLOGY',
          ...(error.hint === undefined ? {} : { hint: error.hint }),
        });
      }
    };
    routes.push({ from: await read(from), to: await read(to), where });
  }
  const ways = createWays(routes, [...new Set([host.split('.')[0]!, host])]);
  if (ways !== undefined || !conf.named) return ways;
  throw new UserError(`${conf.file}: no route begins at this machine (${host.split('.')[0]})`, {
    code: 'TOPOLOGY',
    hint: `Routes begin at: ${[...new Set(routes.flatMap((route) => route.from))].join(', ')}. A route from here is "${host.split('.')[0]}: GATEWAYS".`,
  });
}

/** The ways with the user of -l, which in clush holds for gateways too. */
export function loggingIn(ways: WaysTo, user: string | undefined): WaysTo {
  if (user === undefined) return ways;
  return (node) => ways(node).map((way) => way.map((gateway) => `${user}@${gateway}`));
}

/** The last gateway before each node. @throws UserError when a node has none: its command must not run on this machine by accident */
export function gateways(ways: WaysTo, nodes: readonly string[]): (node: string) => string {
  const known = new Map<string, string>();
  for (const node of nodes) {
    const gateway = ways(node)[0]?.at(-1);
    if (gateway === undefined) {
      throw new UserError(`--remote=no: the topology has no gateway for ${node}`, {
        code: 'TOPOLOGY',
        hint: 'With -R exec commands run on this machine.',
      });
    }
    known.set(node, gateway);
  }
  return (node) => known.get(node)!;
}
