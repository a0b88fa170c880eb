import type { NodeState } from './node-state.ts';
import { shellQuote } from '../fanout/shell-quote.ts';

/** Exit code of a login shell that does not understand the first line below. */
export const notPosixExitCode = 97;

/** A command that restores a node's state before it runs, and the stdin it reads that state from. */
export interface StatefulCommand {
  /** For the login shell; holds no value of any variable. */
  readonly command: string;
  /** Bytes as latin1 text. Whatever follows on stdin is the user's command's own. */
  readonly preamble: string;
}

/**
 * What the login shell is given in argv: it reads a script from stdin up to a line that ends it, and runs it.
 * The state travels there because argv is public: `ps` shows it to every user of the node.
 * The first line ends fish; the second csh, which has no `export`, and where `exit` does not end the text after -c
 * (tcsh 6.24): neither may ever reach a line of the user's, and both go on after errors. Restricted shells end too.
 * Only builtins read stdin, byte by byte, so what follows the
 * script is untouched. Stdin that ends early runs nothing.
 */
function reader(nonce: string): string {
  return (
    `test -z "$FISH_VERSION" || exit ${notPosixExitCode}\n` +
    `export muster_s= || exec sh -c 'exit ${notPosixExitCode}'\n` +
    `eval 'case $- in *r*) exit ${notPosixExitCode};; esac; unset muster_s; muster_s=; muster_n=$(printf "\\n."); muster_n=\${muster_n%.}; ` +
    `while :; do IFS= read -r muster_l || exit ${notPosixExitCode}; [ "$muster_l" = end-${nonce} ] && break; ` +
    `muster_s=$muster_s$muster_l$muster_n; done'\n` +
    'eval "$muster_s"'
  );
}

/** Frames on stderr begin with this; see frame-filter.ts. */
export function frameStart(nonce: string): string {
  return `\u001Emuster:${nonce}:`;
}

export function frameEnd(nonce: string): string {
  return `\u001E/${nonce}`;
}

/** Shell code that writes one frame: its kind, then directory, previous directory, umask and environment, each ended by NUL. */
function snapshot(nonce: string, kind: 'S' | 'E'): string {
  return (
    `printf '\\036muster:%s:${kind}%s\\0%s\\0%s\\0' ${nonce} "\${PWD-}" "\${OLDPWD-}" "$(umask)" >&2; ` +
    // `command -p`: the user may have changed PATH; `env -0` gives every value whole, line breaks included.
    `command -p env -0 >&2 2>/dev/null; printf '\\036/%s' ${nonce} >&2`
  );
}

function restore(state: NodeState | undefined): string {
  if (state === undefined) return '';
  const lines: string[] = [];
  for (const name of state.unset) lines.push(`unset ${name}`);
  for (const [name, value] of state.exports) lines.push(`export ${name}=${shellQuote(value)}`);
  if (state.umask !== undefined) lines.push(`umask ${state.umask}`);
  if (state.previousDirectory !== undefined) {
    // zsh remembers where it was, whatever OLDPWD says; the directory may be gone, and is only for `cd -`.
    const visit = `cd ${shellQuote(state.previousDirectory)} >/dev/null 2>&1`;
    lines.push(state.directory === undefined ? `${visit} && cd - >/dev/null` : visit);
  }
  if (state.directory !== undefined) {
    const advice = 'muster: the kept directory cannot be entered: nothing was run (:forget starts afresh)';
    lines.push(
      `cd ${shellQuote(state.directory)} >/dev/null || { printf "%s\\n" ${shellQuote(advice)} >&2; exit 1; }`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * For a line that may change the state: reports the state before (frame S) and, when the shell exits, after (frame E).
 * The line itself goes by stdin too: `export PGPASSWORD=…` is as secret as what it sets.
 */
export function capturingCommand(
  line: string,
  state: NodeState | undefined,
  nonce: string,
  ownStdin: boolean,
): StatefulCommand {
  const script =
    `${snapshot(nonce, 'S')}\n` +
    restore(state) +
    // No `exit` in the trap: the shell then ends with the user's code, or of the user's signal.
    `trap ${shellQuote(snapshot(nonce, 'E'))} EXIT\n` +
    tidy(ownStdin) +
    `eval ${shellQuote(Buffer.from(line, 'utf8').toString('latin1'))}\n`;
  return { command: reader(nonce), preamble: `${script}end-${nonce}\n` };
}

/** For a line that cannot change the state: it stays in argv, where the shell treats it as it always does. */
export function restoringCommand(
  line: string,
  state: NodeState,
  nonce: string,
  ownStdin: boolean,
): StatefulCommand {
  const started = `printf '\\036muster:%s:S\\036/%s' ${nonce} ${nonce} >&2\n`;
  return {
    command: `${reader(nonce)}\n${line}`,
    preamble: `${started}${restore(state)}${tidy(ownStdin)}end-${nonce}\n`,
  };
}

function tidy(ownStdin: boolean): string {
  return `unset muster_s muster_l muster_n\n${ownStdin ? '' : 'exec </dev/null\n'}`;
}
