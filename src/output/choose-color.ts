export type ColorOption = 'always' | 'never' | 'auto';

/** What the choice depends on besides the option. */
export interface ColorSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdoutIsTTY: boolean;
  readonly stderrIsTTY: boolean;
  /** -B: all output goes to stdout, stderr does not matter. */
  readonly mergeStderr?: boolean;
}

/**
 * Whether to colour, by clush's rules: `--color`, then NO_COLOR, then CLICOLOR_FORCE, then CLICOLOR (a variable counts
 * when it is set and not empty), then clush.conf's `color`. `auto` on the command line is stronger than the environment.
 * TERM=dumb never gets colour by itself.
 */
export function chooseColor(
  option: ColorOption | undefined,
  surroundings: ColorSurroundings,
  configured: ColorOption = 'auto',
): boolean {
  const { env } = surroundings;
  const choice = option ?? fromEnvironment(env) ?? configured;
  if (choice !== 'auto') {
    return choice === 'always';
  }
  return (
    env['TERM'] !== 'dumb' &&
    surroundings.stdoutIsTTY &&
    (surroundings.stderrIsTTY || surroundings.mergeStderr === true)
  );
}

function fromEnvironment(env: ColorSurroundings['env']): ColorOption | undefined {
  if (env['NO_COLOR']) {
    return 'never';
  }
  const force = env['CLICOLOR_FORCE'];
  if (force && force !== '0') {
    return 'always';
  }
  if (env['CLICOLOR'] === '0') {
    return 'never';
  }
  return undefined;
}
