import { UserError } from '../../../src/errors.ts';
import { fleetName, fleetNumber } from '../fleet-number.ts';
import { mustRun, runProgram } from '../program.ts';
import { type FleetHost, network } from '../shape.ts';

/**
 * The switch all hosts are plugged into: a bridge in a network namespace of its own, one port a host, named after it.
 * In a switchNamespace, because there the machine's packet filter (Docker's, for one) has no say over bridged traffic.
 */
export const switchNamespace = fleetName;
/** This machine's own end of the cable to the switch. */
const machinePort = `fleet${fleetNumber}`;

/** Makes the switch and gives this machine an address on it; does nothing when it is there. */
export async function makeSwitch(): Promise<void> {
  if (await switchExists()) {
    return;
  }
  await refuseForeignNetwork();
  await mustRun('ip', ['netns', 'add', switchNamespace]);
  await inSwitch('link add bridge0 type bridge forward_delay 0 mcast_snooping 0', 'link set bridge0 up');
  await mustRun('ip', ['-batch', '-'], {
    stdin: [
      `link add ${machinePort} type veth peer name machine netns ${switchNamespace}`,
      `address add ${network.machine} dev ${machinePort}`,
      `link set ${machinePort} up`,
    ].join('\n'),
  });
  await inSwitch('link set machine master bridge0', 'link set machine up');
}

/** Unmakes the switch with all its ports; does nothing when it is not there. */
export async function removeSwitch(): Promise<void> {
  // Each may be there without the other when `up` was killed half-way; a missing one is what is wanted.
  await runProgram('ip', ['link', 'delete', machinePort]);
  if (await switchExists()) {
    await mustRun('ip', ['netns', 'delete', switchNamespace]);
  }
}

async function switchExists(): Promise<boolean> {
  const listed = await mustRun('ip', ['netns', 'list']);
  return listed.split('\n').some((line) => line.split(' ')[0] === switchNamespace);
}

/** The same at every start, as a real card's: the others remember it for half a minute after the host has gone. */
export function hardwareAddress(host: FleetHost): string {
  const bytes = host.address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
  return `02:69:${bytes.join(':')}`;
}

/** Takes a host's cable away (boot.sh lays it). */
export async function disconnectHost(host: string): Promise<void> {
  await runProgram('ip', ['-n', switchNamespace, 'link', 'delete', host]);
}

/** The host sees its carrier come or go, as with a real cable. */
export async function setPort(host: string, state: 'up' | 'down'): Promise<void> {
  await inSwitch(`link set ${host} ${state}`);
}

async function inSwitch(...commands: string[]): Promise<void> {
  await mustRun('ip', ['-n', switchNamespace, '-batch', '-'], { stdin: commands.join('\n') });
}

async function refuseForeignNetwork(): Promise<void> {
  const routes = await mustRun('ip', ['-4', 'route', 'show', 'root', network.range]);
  const foreign = routes.split('\n').find((line) => line !== '' && !line.includes(` dev ${machinePort} `));
  if (foreign !== undefined) {
    throw new UserError(
      `this machine uses the fleet's network ${network.range} for something else: ${foreign.trim()}`,
    );
  }
}
