import type { NodeState } from './node-state.ts';
import { printable } from './printable.ts';
import type { SessionState, StateNotice } from './session-state.ts';

const noticeTexts: Readonly<Record<StateNotice, string>> = {
  'not-posix':
    'the directory and variables are not kept here: the login shell is restricted or no POSIX shell',
  ignored:
    'the line was not taken as sent (forced command, no login, or an unusual shell): it may not have run, ' +
    'and the directory and variables are not kept here',
  lost: 'how this line left the directory and variables is not known: they stay as they were before it',
  'no-env': 'variables are not kept here: there is no "env -0"',
};

/** One line a notice, nodes folded. */
export function describeNotices(
  notices: ReadonlyMap<StateNotice, readonly string[]>,
  fold: (nodes: readonly string[]) => string,
): string[] {
  return [...notices].map(([notice, nodes]) => `muster: ${fold(nodes)}: ${noticeTexts[notice]}`);
}

/** Where all of these nodes are, when it is one place and not the home directory. */
export function commonDirectory(nodes: readonly string[], state: SessionState): string | undefined {
  const directories = new Set(nodes.map((node) => state.of(node)?.directory));
  const [directory] = directories;
  return directories.size === 1 && directory !== undefined ? printable(directory) : undefined;
}

/** One line for each different state: `node[1-2]: directory /tmp, exports X`. Values stay unshown: they may be secret. */
export function describeStates(
  nodes: readonly string[],
  state: SessionState,
  fold: (nodes: readonly string[]) => string,
): string[] {
  const sameState = new Map<string, string[]>();
  for (const node of nodes) {
    const text = state.stateless(node) ? 'nothing is kept here' : describeState(state.of(node));
    const group = sameState.get(text);
    if (group === undefined) sameState.set(text, [node]);
    else group.push(node);
  }
  return [...sameState].map(([text, group]) => `${fold(group)}: ${text}`);
}

function describeState(state: NodeState | undefined): string {
  if (state === undefined) return 'as after login';
  const parts = [`directory ${state.directory === undefined ? 'home' : printable(state.directory)}`];
  if (state.umask !== undefined) parts.push(`umask ${state.umask}`);
  if (state.exports.size > 0) parts.push(`exports ${[...state.exports.keys()].sort().join(' ')}`);
  if (state.unset.length > 0) parts.push(`unset ${[...state.unset].sort().join(' ')}`);
  return parts.join(', ');
}
