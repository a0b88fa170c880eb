import { shellQuote } from '../fanout/shell-quote.ts';

/** Seconds without a word from the holder after which a node lets go: more than a client takes to notice a dead link. */
export const silenceSeconds = 90;

/**
 * Holds the lock as long as a `.` comes by standard input every so often: `L` held, `K` for each `.`, `H OWNER` held by
 * somebody else, `E WORDS` not possible. OWNER is the holder's JSON.
 *
 * The file is made once and never opened for writing: in a world-writable folder the kernel may refuse that to all but its owner
 * (fs.protected_regular), and operators log in as different users. Who holds it stands in another file, one a user;
 * the newest is the holder's.
 */
export function holdScript(nonce: string, name: string, owner: string): string {
  return withRights(
    nonce,
    `${findFile(name)}
[ -e "$file" ] || (umask 022; set -C; : >"$file") 2>/dev/null
exec 9<"$file" || fail "cannot open $file"
flock -n -E 75 9 9<&9
case $? in
  0) ;;
  75) say "H $(holder)"; exit 0 ;;
  *) fail "cannot lock $file" ;;
esac
[ /proc/self/fd/9 -ef "$file" ] || fail "$file was replaced"
mine=$folder/muster-${name}.owner.$(id -u)
trap 'rm -f "$mine"' EXIT
# TERM ends a shell at once only where it has no trap: otherwise it would wait for what it runs
trap 'exit 1' PIPE
(umask 022; printf '%s\\n%s\\n' ${shellQuote(owner)} "$$ $(begun $$)" >"$mine.new" && mv -f "$mine.new" "$mine") 9<&-
say L
while [ "$(exec 9<&-; exec timeout ${silenceSeconds} head -c 1)" = . ]; do say K; done`,
  );
}

/**
 * `F` nobody holds the lock, `H OWNER` somebody does, `E WORDS` it cannot be said.
 * @param end ends the process that holds it, and answers `B OWNER` then
 */
export function lookScript(nonce: string, name: string, end: boolean): string {
  return withRights(
    nonce,
    `${findFile(name)}
[ -e "$file" ] || { say F; exit 0; }
flock -n -E 75 "$file" true && { say F; exit 0; }
owner=$(holder)
${end ? '' : 'say "H $owner"; exit 0'}
{ read -r line && read -r pid start; } <"$(newest)" || fail 'it is not known which process holds it'
[ "$(begun "$pid")" = "$start" ] || fail 'the process that took it is gone; something it started holds it'
# by a signal that nothing else uses: the holder knows that it was meant
why=$(kill -s USR2 "$pid" 2>&1) || fail "cannot end process $pid: \${why##*: }"
tries=0
until flock -n "$file" true; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || fail "process $pid does not end"
  sleep 0.1 2>/dev/null || { sleep 1; tries=$((tries + 9)); }
done
rm -f "$(newest)"
say "B $owner"`,
  );
}

/** Operators log in as different users: whoever may be root locks as root, so that all see one lock. */
function withRights(nonce: string, body: string): string {
  const inner = `say() { printf '%s %s\\n' ${nonce} "$*"; }
fail() { say "E $*"; exit 0; }
for tool in flock timeout; do
  command -v $tool >/dev/null 2>&1 || fail "$tool is missing on the node (util-linux, coreutils)"
done
${body}
`;
  return `muster_lock() {
inner=${shellQuote(inner)}
if [ "$(id -u)" != 0 ] && sudo -n sh -c : >/dev/null 2>&1 </dev/null; then exec sudo -n sh -c "$inner"; fi
eval "$inner"
exit
}
muster_lock
`;
}

function findFile(name: string): string {
  return `for folder in "\${MUSTER_LOCK_FOLDER-}" /run/lock /var/lock "\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}" none; do
  file=$folder/muster-${name}.lock
  [ -d "$folder" ] && [ ! -L "$file" ] && { [ -r "$file" ] || [ -w "$folder" ]; } && break
done
[ -d "$folder" ] || fail 'no place for a lock: neither /run/lock nor XDG_RUNTIME_DIR can be written'
begun() {
  { read -r stat </proc/"$1"/stat; } 2>/dev/null || return
  set -- \${stat##*\\) }
  shift 19
  printf '%s\\n' "$1"
}
newest() { ls -t "$folder/muster-${name}.owner."* 2>/dev/null | head -n 1; }
holder() { head -n 1 "$(newest)" 2>/dev/null; }`;
}
