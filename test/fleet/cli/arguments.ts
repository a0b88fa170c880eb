import { parseArgs } from 'node:util';

import { UserError } from '../../../src/errors.ts';
import type { FleetShape } from '../shape.ts';

export interface Arguments {
  readonly verb: string;
  readonly operands: readonly string[];
  readonly json: boolean;
  /** For reset. */
  readonly asNew: boolean;
  /** Only what was given. */
  readonly shape: Partial<FleetShape>;
}

/** `exec HOST` ends the fleet's own options: what follows is the host's command. */
export function parseArguments(argv: readonly string[]): Arguments {
  if (argv[0] === 'exec') {
    return { verb: 'exec', operands: argv.slice(1), json: false, asNew: false, shape: {} };
  }
  const { values, positionals } = parseKnown(argv);
  const [verb = 'help', ...operands] = positionals;
  const counts = { clusters: values.clusters, nodes: values.nodes, proxies: values.proxies };
  const given = Object.entries(counts).filter(([, text]) => text !== undefined);
  return {
    verb,
    operands,
    json: values.json ?? false,
    asNew: values.new ?? false,
    shape: {
      ...Object.fromEntries(given.map(([name, text]) => [name, count(name, text!)])),
      ...(values.sync === undefined ? {} : { sync: values.sync }),
      ...(values.plain === undefined
        ? {}
        : { plain: values.plain.split(',').map((size) => count('plain', size)) }),
    },
  };
}

function parseKnown(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        clusters: { type: 'string' },
        nodes: { type: 'string' },
        proxies: { type: 'string' },
        plain: { type: 'string' },
        sync: { type: 'boolean' },
        json: { type: 'boolean' },
        new: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UserError((error as Error).message, {
      hint: 'bin/node test/fleet/fleet.ts help',
      cause: error,
    });
  }
}

function count(option: string, text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new UserError(`--${option} takes a whole number, not ${text}`);
  }
  return Number(text);
}
