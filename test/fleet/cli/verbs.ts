import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { UserError } from '../../../src/errors.ts';
import { build } from '../build/build.ts';
import { type Fleet, openFleet } from '../controller.ts';
import { down } from '../down.ts';
import type { FleetFolders } from '../folders.ts';
import { enterHost } from '../host/enter.ts';
import { readShape } from '../live-folder.ts';
import { withBuildLock, withFleetLock } from '../lock.ts';
import type { Progress } from '../progress.ts';
import { type FleetShape } from '../shape.ts';
import { up } from '../up.ts';
import type { Arguments } from './arguments.ts';
import { statusText } from './status-text.ts';

/** What a verb works with. */
interface VerbContext {
  readonly args: Arguments;
  readonly folders: FleetFolders;
  readonly progress: Progress;
  /** Results; progress and errors go elsewhere. */
  readonly print: (text: string) => void;
}

export interface Verb {
  readonly usage: string;
  readonly does: string;
  /** Answers the exit code. */
  readonly run: (context: VerbContext) => Promise<number>;
}

const defaultShape: FleetShape = { clusters: 1, nodes: 3, proxies: 1, sync: false };

/** A verb about one host, or several. */
function hostVerb(name: string, does: string, act: (fleet: Fleet, host: string) => Promise<void>): Verb {
  return {
    usage: `${name} HOST...`,
    does,
    async run({ args, folders, progress }) {
      const fleet = await openFleet(folders);
      const hosts = args.operands.map((operand) => fleet.host(operand).name);
      if (hosts.length === 0) {
        throw new UserError(`${name} needs the name of a host`);
      }
      await Promise.all(hosts.map((host) => act(fleet, host)));
      progress(`${name}: ${hosts.join(' ')}`);
      return 0;
    },
  };
}

export const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  [
    'build',
    {
      usage: 'build',
      does: 'install the Debian all hosts start from, and their package repositories (once, some minutes)',
      async run({ folders, progress, args, print }) {
        const record = await withBuildLock(() => build(folders, progress));
        if (args.json) {
          print(json(record));
        }
        return 0;
      },
    },
  ],
  [
    'up',
    {
      usage: 'up [--clusters N] [--nodes N] [--proxies N] [--sync] [--plain N,N…]',
      does: 'start a fleet (default: 1 cluster, 3 nodes, 1 proxy) and wait until it is healthy',
      async run(context) {
        const { folders, args, progress } = context;
        const shape = { ...((await readShape(folders)) ?? defaultShape), ...args.shape };
        await withFleetLock(() => up(folders, shape, progress));
        return printStatus(context);
      },
    },
  ],
  ['status', { usage: 'status', does: 'one look at hosts and clusters', run: printStatus }],
  [
    'wait',
    {
      usage: 'wait',
      does: 'wait until each cluster has a leader, all replicas stream and the proxies know (90 s)',
      async run(context) {
        const fleet = await openFleet(context.folders);
        const leaders = await fleet.waitForFleet();
        context.progress(`healthy, led by ${leaders.join(' ')}`);
        return context.args.json ? printStatus(context) : 0;
      },
    },
  ],
  [
    'snapshot',
    {
      usage: 'snapshot',
      does: 'remember all hosts as they are, for reset',
      async run({ folders, progress }) {
        const fleet = await openFleet(folders, progress);
        await fleet.snapshot();
        return 0;
      },
    },
  ],
  [
    'reset',
    {
      usage: 'reset [--new]',
      does: 'all hosts as of the last snapshot (--new: as new): on, plugged in, healthy',
      async run({ folders, progress, args }) {
        const fleet = await openFleet(folders, progress);
        await fleet.reset({ asNew: args.asNew });
        return 0;
      },
    },
  ],
  ['stop', hostVerb('stop', 'cut the power of hosts', (fleet, host) => fleet.stop(host))],
  ['start', hostVerb('start', 'give power to hosts', (fleet, host) => fleet.start(host))],
  ['unplug', hostVerb('unplug', 'pull the network cable of hosts', (fleet, host) => fleet.unplug(host))],
  ['plug', hostVerb('plug', 'plug the network cable in again', (fleet, host) => fleet.plug(host))],
  [
    'disk',
    {
      usage: 'disk HOST MEGABYTES|usual',
      does: 'leave so much free space on a disk',
      async run({ folders, args, progress }) {
        const [name, space] = args.operands;
        if (name === undefined || space === undefined || !/^(usual|\d+)$/.test(space)) {
          throw new UserError('disk needs a host, and megabytes to leave free or `usual`');
        }
        const fleet = await openFleet(folders);
        await fleet.setFreeSpace(name, space === 'usual' ? undefined : Number(space) * 1024 ** 2);
        progress(`disk: ${name} ${space}`);
        return 0;
      },
    },
  ],
  [
    'exec',
    {
      usage: 'exec HOST COMMAND...',
      does: 'run a shell command in a host as root, past its network; without one: a shell',
      async run({ folders, args }) {
        const [name, ...words] = args.operands;
        if (name === undefined) {
          throw new UserError('exec needs the name of a host');
        }
        const fleet = await openFleet(folders);
        const [program, ...rest] = await enterHost(
          fleet.host(name).name,
          words.length === 0 ? 'exec bash -l' : words.join(' '),
        );
        const child = spawn(program!, rest, { stdio: 'inherit' });
        const [code, signal] = await once(child, 'exit');
        return signal === null ? code : 128;
      },
    },
  ],
  [
    'down',
    {
      usage: 'down',
      does: 'end all hosts and remove everything but what build made; also after a crash',
      async run({ folders, progress }) {
        await withFleetLock(() => down(folders));
        progress('down');
        return 0;
      },
    },
  ],
]);

async function printStatus({ folders, args, print }: VerbContext): Promise<number> {
  const fleet = await openFleet(folders);
  const status = await fleet.status();
  print(args.json ? json(status) : statusText(status));
  return 0;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
