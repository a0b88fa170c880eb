/** What differs on one node from a fresh login, and holds from one command to the next. Text is bytes as latin1. */
export interface NodeState {
  /** Absent: the directory a login starts in. */
  readonly directory?: string;
  /** For `cd -`. */
  readonly previousDirectory?: string;
  readonly umask?: string;
  readonly exports: ReadonlyMap<string, string>;
  readonly unset: readonly string[];
}

/** One look at a login shell; `env` is absent when the node has no `env -0`. */
export interface Snapshot {
  readonly directory: string;
  readonly previousDirectory: string;
  readonly umask: string;
  readonly env?: ReadonlyMap<string, string>;
}

/** Belong to the shell itself, or to the one login that had them. */
const ownedByShell = new Set([
  '_',
  'PWD',
  'OLDPWD',
  'SHLVL',
  '_AST_FEATURES',
  'muster_s',
  'muster_l',
  'muster_n',
]);

/** Reads the body of a frame: three fields, then `NAME=value` records, each ended by NUL. */
export function readSnapshot(body: string): Snapshot | undefined {
  const fields = body.split('\0');
  const [directory, previousDirectory, umask, ...records] = fields;
  if (directory === undefined || previousDirectory === undefined || umask === undefined) return undefined;
  // The text after the last NUL is empty unless the frame was cut.
  if (records.pop() !== '' || !/^[0-7]{1,5}$/.test(umask)) return undefined;
  if (records.length === 0) return { directory, previousDirectory, umask };
  const env = new Map<string, string>();
  for (const record of records) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(record) ?? [];
    // Exported functions and other odd names cannot be set from a script.
    if (name !== undefined && value !== undefined && !ownedByShell.has(name)) env.set(name, value);
  }
  return { directory, previousDirectory, umask, env };
}

/** The state that turns a login that looks like `before` into `after`; undefined when there is none. */
export function stateBetween(
  before: Snapshot,
  after: Snapshot,
  held: NodeState | undefined,
): NodeState | undefined {
  const moved = after.directory !== '' && after.directory !== before.directory;
  const environment = environmentBetween(before, after, held);
  const state: NodeState = {
    ...(moved ? { directory: after.directory } : {}),
    ...(after.previousDirectory !== '' && after.previousDirectory !== before.previousDirectory
      ? { previousDirectory: after.previousDirectory }
      : {}),
    ...(after.umask === before.umask ? {} : { umask: after.umask }),
    ...environment,
  };
  const empty = Object.keys(state).length === 2 && state.exports.size === 0 && state.unset.length === 0;
  return empty ? undefined : state;
}

function environmentBetween(
  before: Snapshot,
  after: Snapshot,
  held: NodeState | undefined,
): Pick<NodeState, 'exports' | 'unset'> {
  if (before.env === undefined || after.env === undefined) {
    return { exports: held?.exports ?? new Map(), unset: held?.unset ?? [] };
  }
  const exports = new Map<string, string>();
  for (const [name, value] of after.env) {
    if (before.env.get(name) !== value) exports.set(name, value);
  }
  const unset = [...before.env.keys()].filter((name) => !after.env?.has(name));
  return { exports, unset };
}
