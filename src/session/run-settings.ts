import { readCount, readSeconds } from '../cli/read-number.ts';
import type { RunFlags } from '../cli/run-flags.ts';
import { builtInSettings, type ClushSettings } from '../config/clush-settings.ts';
import { type Escalation, readEscalation } from './escalation.ts';
import { readSshArguments, type SshArguments, splitSshArguments } from './ssh-arguments.ts';
import type { Surroundings } from './surroundings.ts';

/** How a run behaves: the command line over clush.conf over what is built in. Times in milliseconds. */
export interface RunSettings {
  readonly fanout: number;
  readonly user: string | undefined;
  readonly connectTimeoutMs: number | undefined;
  /** 0: none. */
  readonly commandTimeoutMs: number;
  readonly ssh: SshArguments;
  /** What stands before commands, where a run mode or clush.conf says so. */
  readonly escalation: Escalation | undefined;
  readonly transport: NonNullable<ClushSettings['transport']>;
  readonly stopOnFailure: boolean;
  readonly batch: string | undefined;
  readonly confirmAbove: number;
  readonly maxRc: boolean;
  readonly nodeCount: boolean;
  /** 0 quiet, 1 usual, 2 verbose, 3 debug. */
  readonly verbosity: number;
  readonly configuredColor: ClushSettings['color'];
  /** Lines of the shell's history; undefined: as built in, below 0: all. */
  readonly historySize: number | undefined;
}

/** @throws UserError for a number or ssh option that makes no sense */
export function readRunSettings(
  flags: RunFlags,
  conf: ClushSettings,
  surroundings: Pick<Surroundings, 'home' | 'env'>,
): RunSettings {
  const fanout = readCount('-f', flags.fanout, 1);
  readSeconds('--grooming', flags.grooming);
  const ssh = sshArguments(flags, conf, surroundings);
  /** An ssh option is stronger than clush.conf, and weaker than -l and -t. */
  const said = (keyword: string): boolean => ssh.options.some(([key]) => key.toLowerCase() === keyword);
  const verbosity = flags.quiet
    ? 0
    : flags.debug
      ? 3
      : flags.verbose
        ? 2
        : (conf.verbosity ?? builtInSettings.verbosity);
  return {
    fanout: fanout ?? conf.fanout ?? builtInSettings.fanout,
    user: flags.user ?? (said('user') ? undefined : conf.sshUser),
    connectTimeoutMs:
      readSeconds('-t', flags['connect-timeout']) ??
      (said('connecttimeout') ? undefined : conf.connectTimeoutMs),
    commandTimeoutMs:
      readSeconds('-u', flags['command-timeout']) ??
      conf.commandTimeoutMs ??
      builtInSettings.commandTimeoutMs,
    ssh,
    escalation: readEscalation(conf),
    transport: (flags.transport as ClushSettings['transport']) ?? conf.transport ?? builtInSettings.transport,
    // Whoever asks for one node at a time wants to look before the next: the first failure ends it.
    stopOnFailure: flags['stop-on-failure'] ?? fanout === 1,
    batch: flags.batch,
    confirmAbove: flags.yes ? Infinity : (conf.confirmAbove ?? builtInSettings.confirmAbove),
    maxRc: flags.maxrc || (conf.maxrc ?? builtInSettings.maxrc),
    nodeCount: verbosity > 0 && (conf.nodeCount ?? builtInSettings.nodeCount),
    verbosity,
    configuredColor: conf.color,
    historySize: conf.historySize,
  };
}

/** -o replaces clush.conf's ssh_options, as in clush; --ssh-config is stronger than -F, which is stronger than MUSTER_SSH_CONFIG. */
function sshArguments(
  flags: RunFlags,
  conf: ClushSettings,
  { home, env }: Pick<Surroundings, 'home' | 'env'>,
): SshArguments {
  const given =
    flags.options === undefined
      ? readSshArguments(conf.sshOptions ?? [], 'clush.conf ssh_options', home)
      : readSshArguments(
          flags.options.flatMap((text) => splitSshArguments(text, '-o')),
          '-o',
          home,
        );
  const configFile = flags['ssh-config'] ?? given.configFile ?? env['MUSTER_SSH_CONFIG'];
  return { ...given, ...(configFile === undefined ? {} : { configFile }) };
}
