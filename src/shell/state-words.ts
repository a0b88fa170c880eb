/** Commands that may change the directory, the umask or a variable of the shell that runs them. */
const changing = new Set(
  (
    '. : cd chdir declare eval export for function getopts integer let mapfile popd pushd read readarray ' +
    'readonly select set setopt shopt source typeset umask unset unsetopt'
  ).split(' '),
);

/** After these the next word is a command again. */
const reserved = new Set(
  '! { } do done elif else esac fi if in then time until while coproc builtin command nocorrect noglob'.split(
    ' ',
  ),
);

/** A word with its quotes, a redirection with its target, or control operators: whichever comes next. */
const token =
  /(?<redirection>\d*(?:&>>?|<<<|<<-?|>>|<>|>\||[<>]&?)\s*(?:\\[^]|'[^']*'?|"(?:\\[^]|[^"\\])*"?|[^\s;&|()<>'"\\])*)|(?<operator>[;&|()\n]+)|(?<word>(?:\\[^]|'[^']*'?|"(?:\\[^]|[^"\\])*"?|[^\s;&|()<>'"\\])+)/gu;

/**
 * Whether a command line can leave its shell in another directory, or with other variables or umask.
 * Errs on the side of yes: a command word it cannot read (quoted, `$x`) counts as one that may.
 * `grep cd file` and `PGUSER=x psql` are no; `cd /tmp`, `a && X=1`, `$x` are yes.
 */
export function mayChangeState(line: string): boolean {
  // The command word is still to come; assignments before it last only when none comes.
  let atCommand = true;
  let assigned = false;
  for (const { groups } of line.matchAll(token)) {
    if (groups?.['operator'] !== undefined) {
      if (assigned) return true;
      atCommand = true;
      continue;
    }
    const word = groups?.['word'];
    if (word === undefined || !atCommand || reserved.has(word) || word.startsWith('-')) continue;
    if (/^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/.test(word)) {
      assigned = true;
      continue;
    }
    if (changing.has(word) || /[\\'"$`{]/.test(word)) return true;
    atCommand = false;
    assigned = false;
  }
  return assigned || /\bprintf\s+-v/.test(line);
}
