import { UserError } from '../../src/errors.ts';

/**
 * Which of the fleets this machine may have at once: each has a network, a switch, control groups and a live folder
 * of its own; all start from the same built Debian. `MUSTER_FLEET_NUMBER`, 0 to 9, 0 by default.
 */
export const fleetNumber = readFleetNumber(process.env['MUSTER_FLEET_NUMBER']);

/** The name of something all processes of this machine see: the same as ever for fleet 0. */
export const fleetName = fleetNumber === 0 ? 'muster-test-fleet' : `muster-test-fleet-${fleetNumber}`;

function readFleetNumber(text = '0'): number {
  if (/^\d$/.test(text)) return Number(text);
  throw new UserError(`MUSTER_FLEET_NUMBER must be a digit from 0 to 9, not ${JSON.stringify(text)}`);
}
