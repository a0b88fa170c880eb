import type { ConnectionSettings } from './settings.ts';

export interface MasterChoices {
  readonly controlPath: string;
  /** As `ssh -F`. */
  readonly configFile: string | undefined;
  /** Whether anybody can be asked. */
  readonly mayAsk: boolean;
  readonly connectMs: number;
  readonly keepaliveMs: number;
  /** Instead of the jump hosts and the ProxyCommand of the configuration. */
  readonly proxyCommand: string | undefined;
}

/**
 * The words of an ssh command line that makes a master: what muster decides first, then what the user gave on the
 * command line; the rest ssh reads from its files by itself. No word of it goes through a shell.
 */
export function masterArguments(settings: ConnectionSettings, choices: MasterChoices): string[] {
  const { proxyCommand } = choices;
  const decided: readonly (readonly [string, string])[] = [
    ['LogLevel', 'DEBUG1'],
    ['ControlPersist', 'no'],
    ['BatchMode', choices.mayAsk ? 'no' : 'yes'],
    ['NumberOfPasswordPrompts', String(Math.min(settings.passwordPrompts, 1))],
    ['ConnectionAttempts', '1'],
    // a second more than muster gives: its own clock knows the phase
    ['ConnectTimeout', String(Math.ceil(choices.connectMs / 1000) + 1)],
    ['ServerAliveInterval', String(Math.ceil(choices.keepaliveMs / 1000))],
    ['ServerAliveCountMax', String(settings.keepaliveCount)],
    ['ClearAllForwardings', 'yes'],
    ['ForwardX11', 'no'],
    ['PermitLocalCommand', 'no'],
    ['RemoteCommand', 'none'],
    ...(proxyCommand === undefined ? [] : [['ProxyCommand', proxyCommand] as const]),
    ...settings.commandLine,
  ];
  return [
    '-N',
    '-T',
    '-M',
    '-S',
    choices.controlPath,
    ...(choices.configFile === undefined ? [] : ['-F', choices.configFile]),
    ...decided.flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]),
    '--',
    settings.node,
  ];
}

/** A ProxyCommand through the connection of another master. */
export function throughMaster(program: string, controlPath: string): string {
  // the ProxyCommand keeps it from connecting by itself when the master is gone
  const options = ['-F', 'none', '-o', 'LogLevel=ERROR', '-o', 'ProxyCommand=false', '-S', controlPath];
  return `${[program, ...options].map((word) => `'${word}'`).join(' ')} -W '[%h]:%p' -- jump`;
}
