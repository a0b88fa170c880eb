import { shellQuote } from '../fanout/shell-quote.ts';

/** Where jobs are kept on nodes, as root. Users have `${XDG_STATE_HOME:-~/.local/state}/muster/jobs`. */
export const rootFolder = '/var/lib/muster/jobs';

export interface JobPlace {
  /** Letters and digits nobody can guess: lines that begin with it are answers; anything else is a login shell's chatter. */
  readonly nonce: string;
  /** A job's id, or the beginning of some. */
  readonly id: string;
  readonly rootFolder: string;
}

/**
 * `own`: where the job is: as root when it was started through sudo. `sudo`: as root from now on and for ever.
 * `both`: as the user, and where the user has jobs of root's, as root too.
 */
export type JobSide = 'own' | 'sudo' | 'both';

/**
 * Wraps what a job script does so that it may be sent to `sh -s`: nothing happens before all of it has arrived.
 * Jobs that a user started through sudo are in root's folder; in the user's lies an empty `ID.sudo` that says so, and
 * is made before anything else.
 * @param body shell code; has `$id`, `$base`, `say WORDS` for an answer, `fail WORDS` for the last one, `boot_now`
 */
export function jobScript({ nonce, id, rootFolder: root }: JobPlace, body: string, side: JobSide): string {
  const inner = `muster_job() {
id=${shellQuote(id)}
say() { printf '%s %s\\n' ${nonce} "$*"; }
fail() { say "E $*"; exit 0; }
${bootNow}
if [ "$(id -u)" = 0 ]; then base=${shellQuote(root)}; else base=\${XDG_STATE_HOME:-\${HOME:?}/.local/state}/muster/jobs; fi
${body}
}
muster_job </dev/null
`;
  return `muster_main() {
id=${shellQuote(id)}
inner=${shellQuote(inner)}
[ "$(id -u)" != 0 ] || { eval "$inner"; return; }
base=\${XDG_STATE_HOME:-\${HOME:?}/.local/state}/muster/jobs
mark=$base/$id.sudo
fail() { printf '%s E %s\\n' ${nonce} "$*"; exit 0; }
as_root() {
  why=$(sudo -n sh -c : 2>&1 </dev/null) || fail "sudo -n: \${why:-is refused}"
  printf '%s' "$inner" | sudo -n sh -s
}
${sides[side].replace('@ROOT@', () => shellQuote(root))}
}
muster_main
`;
}

const sides: Readonly<Record<JobSide, string>> = {
  own: 'if [ -e "$mark" ]; then as_root; else eval "$inner"; fi',
  sudo: `sudo -n sh -c : >/dev/null 2>&1 </dev/null || as_root
if [ ! -e "$mark" ]; then
  why=$( (umask 077; mkdir -p "$base" && : >"$mark") 2>&1) || fail "cannot make $mark: \${why##*: }"
  sync "$mark" "$base" 2>/dev/null
fi
as_root`,
  both: `root=@ROOT@
(eval "$inner")
for mark in "$mark" "$base/$id"*.sudo; do
  [ -e "$mark" ] || continue
  [ -n "\${asked-}" ] || as_root
  asked=yes
  name=\${mark##*/}
  sudo -n test -e "$root/\${name%.sudo}" || rm -f "$mark"
done`,
};

/**
 * The kernel's boot and the start of process 1 in its ticks: a container that restarts keeps the first.
 * proc_pid_stat(5): field 22, and the second field may itself hold blanks and parentheses.
 */
const bootNow = `boot_now() {
  { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=-
  { read -r stat </proc/1/stat; } 2>/dev/null || stat=
  set -- \${stat##*\\) }
  if [ $# -ge 20 ]; then shift 19; else set -- -; fi
  printf '%s %s\\n' "$boot" "$1"
}`;
