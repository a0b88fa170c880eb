/** Bytes of output that come with the state of a job that is over. */
export const tailBytes = 65_536;

/**
 * Sets `$state`: `R TIME` running, `D CODE` done, `L STARTED BOOTCHANGED` lost; answers `N` when there is no such job.
 * The exit status is asked first: a server the job left behind may hold its lock for ever. A job that did not begin
 * within 5 s and holds no lock is given up, see startBody.
 */
const look = `look() {
  [ ! -s code ] || { read -r code <code; state="D $code"; return; }
  flock -n -s -E 75 lock true
  case $? in
    0) ;;
    75) state="R $(cat started 2>/dev/null)"; return ;;
    *) fail "cannot look at $base/$id/lock" ;;
  esac
  # it may have ended between the two questions
  [ ! -s code ] || { read -r code <code; state="D $code"; return; }
  tries=0
  while [ -e ready ]; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ]; then mv ready dead 2>/dev/null; rm -f secret; break; fi
    sleep 0.05 2>/dev/null || { sleep 1; tries=$((tries + 20)); }
    [ -e ready ] || { look; return; }
  done
  began=no
  [ ! -e started ] || began=yes
  changed=no
  [ "$(boot_now)" = "$(cat boot)" ] || changed=yes
  state="L $began $changed"
}`;

const enter = `command -v flock >/dev/null 2>&1 || fail 'flock is missing on the node (util-linux)'
if [ ! -e "$base/$id" ]; then
  [ ! -e "$base" ] || [ -x "$base" ] || fail "cannot enter $base"
  say S N
  exit 0
fi
cd "$base/$id" || fail "cannot enter $base/$id"
${look}`;

/** What the job is: `S STATE`, and of a job that is over the end of its output. */
export function stateBody(): string {
  return `${enter}
look
case $state in
  D*)
    size=$(wc -c <out)
    [ $size -le ${tailBytes} ] || size=${tailBytes}
    say "O $((size))"
    tail -c $((size)) out ;;
esac
say "S $state"`;
}

/**
 * Writes the output as it grows, `O BYTES` and the bytes, and `B` every few seconds so that both sides notice a dead
 * link; ends with the state when the job is over.
 * @param from bytes that are known already
 */
export function followBody(from: number): string {
  return `${enter}
at=${from}
quiet=0
while :; do
  look
  size=$(wc -c <out)
  while [ $size -gt $at ]; do
    piece=$((size - at))
    [ $piece -le 262144 ] || piece=262144
    say "O $piece" || exit 0
    tail -c +$((at + 1)) out | head -c $piece
    at=$((at + piece))
    quiet=0
  done
  case $state in R*) ;; *) break ;; esac
  [ $((quiet % 20)) != 0 ] || say B || exit 0
  quiet=$((quiet + 1))
  flock -s -w 0.25 lock true
done
say "S $state"`;
}

/** All output there is: `O BYTES` and the bytes, then the state. */
export const outputBody = `${enter}
look
size=$(wc -c <out)
say "O $((size))"
head -c $((size)) out
say "S $state"`;

/** Deletes what is over among the jobs whose id begins with `$id`: `G ID` for each. */
export const removeBody = `command -v flock >/dev/null 2>&1 || fail 'flock is missing on the node (util-linux)'
[ -d "$base" ] || { say S N; exit 0; }
cd "$base" || fail "cannot enter $base"
prefix=$id
${look}
for id in "$prefix"*; do
  [ -d "$base/$id" ] || continue
  cd "$base/$id" || continue
  look
  cd "$base"
  case $state in R*) continue ;; esac
  rm -rf "./$id" "./$id.sudo" && say "G $id"
done
rm -rf "./.new-$prefix"*
say S N`;
