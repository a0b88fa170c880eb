import { fstatSync, statSync } from 'node:fs';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { isatty } from 'node:tty';

/** What a feature may know of the process it runs in. Features get it passed in; only this folder reads `process`. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly uid: number;
  readonly user: string;
  readonly host: string;
  readonly temporaryFolder: string;
  /** `${XDG_STATE_HOME:-~/.local/state}/muster`: journal, history. */
  readonly stateFolder: string;
  readonly stdinIsTTY: boolean;
  /** /dev/null: nothing comes, and Node.js need not load its file streams to learn it, 4 ms CPU. */
  readonly stdinIsNull: boolean;
  readonly stdoutIsTTY: boolean;
  readonly stderrIsTTY: boolean;
}

export function readSurroundings(): Surroundings {
  const env = process.env;
  const home = env['HOME'] || homedir();
  const state = env['XDG_STATE_HOME'];
  return {
    env,
    home,
    cwd: process.cwd(),
    uid: process.getuid?.() ?? -1,
    get user() {
      return userInfo().username;
    },
    host: hostname(),
    temporaryFolder: tmpdir(),
    stateFolder: `${state?.startsWith('/') === true ? state : `${home}/.local/state`}/muster`,
    // Not through process.stdout: touching it makes a pipe asynchronous, and then nothing holds a fast sender back.
    stdinIsTTY: isatty(0),
    get stdinIsNull() {
      return isNullDevice(0);
    },
    stdoutIsTTY: isatty(1),
    stderrIsTTY: isatty(2),
  };
}

function isNullDevice(descriptor: number): boolean {
  const input = fstatSync(descriptor);
  return input.isCharacterDevice() && input.rdev === statSync('/dev/null').rdev;
}
