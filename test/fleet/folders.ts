import { fleetNumber } from './fleet-number.ts';

/** Where the fleet keeps its files. */
export interface FleetFolders {
  /** Made once by `build`, kept: the Debian every host starts from, and the packages they are offered. */
  readonly cache: string;
  readonly base: string;
  readonly repository: string;
  readonly buildRecord: string;
  /** A tmpfs from `up` to `down`: nothing of a running fleet survives the machine's own reboot. */
  readonly live: string;
  readonly shapeRecord: string;
  /** One folder a host: what it wrote over the base. */
  readonly layers: string;
  /** As `layers`, frozen by `snapshot`. */
  readonly snapshots: string;
  /** One folder a host: its host key and the last lines of its start. */
  readonly hosts: string;
  readonly access: AccessFiles;
}

/** What a user of the fleet hands to ssh, clush or muster. */
export interface AccessFiles {
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly identity: string;
  /** For CLUSTERSHELL_CFGDIR. */
  readonly clustershell: string;
}

const defaultFleetFolder = '/var/cache/muster-test-fleet';

/** All paths below one folder, by default the one MUSTER_FLEET_DIR names. */
export function fleetFolders(cache = process.env['MUSTER_FLEET_DIR'] ?? defaultFleetFolder): FleetFolders {
  const live = fleetNumber === 0 ? `${cache}/live` : `${cache}/live-${fleetNumber}`;
  return {
    cache,
    base: `${cache}/base`,
    repository: `${cache}/repository`,
    buildRecord: `${cache}/build.json`,
    live,
    shapeRecord: `${live}/shape.json`,
    layers: `${live}/layers`,
    snapshots: `${live}/snapshots`,
    hosts: `${live}/hosts`,
    access: {
      sshConfig: `${live}/ssh_config`,
      knownHosts: `${live}/known_hosts`,
      identity: `${live}/identity`,
      clustershell: `${live}/clustershell`,
    },
  };
}
