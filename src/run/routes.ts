import { UserError } from '../errors.ts';

/** Nodes that reach other nodes: one line of a topology. */
export interface Route {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** `file:line`, for messages. */
  readonly where: string;
}

/** The ways to a node through gateways, outermost first; the first way is to be tried first. None: directly. */
export type WaysTo = (node: string) => readonly (readonly string[])[];

/** More ways than this are never tried. */
const mostWays = 8;

/**
 * Turns a topology into ways from one machine. Nodes of one set of gateways are spread over them in turn; the other gateways
 * are the ways to try when one fails. A node that no route leads to is reached directly.
 * @param roots names of this machine; undefined is returned when no route begins there
 * @throws UserError for routes that go in a circle, or that lead to a node but do not begin at this machine
 */
export function createWays(routes: readonly Route[], roots: readonly string[]): WaysTo | undefined {
  const isRoot = (name: string): boolean => roots.includes(name);
  if (!routes.some(({ from }) => from.some(isRoot))) return undefined;
  const leadingTo = new Map<string, { readonly route: Route; readonly place: number }[]>();
  for (const route of routes) {
    for (const [place, node] of route.to.entries()) {
      const known = leadingTo.get(node);
      if (known === undefined) leadingTo.set(node, [{ route, place }]);
      else known.push({ route, place });
    }
  }
  const found = new Map<string, readonly (readonly string[])[]>();

  const waysTo = (node: string, behind: readonly string[]): readonly (readonly string[])[] => {
    const known = found.get(node);
    if (known !== undefined) return known;
    const leading = leadingTo.get(node);
    if (leading === undefined || isRoot(node)) return [[]];
    if (behind.includes(node)) {
      const circle = [...behind.slice(behind.indexOf(node)), node].toReversed().join(' → ');
      throw new UserError(`${leading[0]!.route.where}: the routes go in a circle: ${circle}`, {
        code: 'TOPOLOGY',
      });
    }
    const ways: string[][] = [];
    for (const { route, place } of leading) {
      for (const [turn] of route.from.entries()) {
        const gateway = route.from[(turn + place) % route.from.length]!;
        if (isRoot(gateway)) ways.push([]);
        else if (leadingTo.has(gateway)) {
          for (const way of waysTo(gateway, [...behind, node])) ways.push([...way, gateway]);
        }
      }
    }
    if (ways.length === 0) {
      throw new UserError(
        `${leading[0]!.route.where}: no route leads from this machine (${roots[0]}) to ${node}`,
        {
          code: 'TOPOLOGY',
          hint: `Add a route from ${roots[0]} to ${leading[0]!.route.from.join(',')}.`,
        },
      );
    }
    const kept = ways.slice(0, mostWays);
    found.set(node, kept);
    return kept;
  };

  return (node) => {
    const ways = waysTo(node, []);
    return ways[0]!.length === 0 ? [] : ways.filter((way) => way.length > 0);
  };
}
