import { shellQuote } from '../fanout/shell-quote.ts';
import type { JobSpec } from './job.ts';

/** Of output that is kept in any case. */
const reservedBytes = 16_384;

/**
 * Makes the job's folder and lets the job begin. Answers `S` begun, `X` there is one of this id, `E WORDS` provably not.
 *
 * The folder is made under another name and renamed when all is in it, so whoever sees it sees all of it, and of several
 * starts one wins. Then whoever renames `ready` decides: the job itself to `started` as its first act, or somebody who
 * finds that it did not begin to `dead`; so a job that was given up cannot begin later. Everything is on disk before:
 * a node that loses power knows what it had begun. `code.new` is as large as it will be, so a full disk keeps no exit
 * status from being written, nor the first lines of its output.
 */
export function startBody(spec: JobSpec): string {
  const command = commandFile(spec);
  const secrets = exportLines(spec.secrets ?? {});
  return `for tool in flock setsid sync; do
  command -v $tool >/dev/null 2>&1 || fail "$tool is missing on the node (util-linux, coreutils)"
done
setsid -f true || fail 'setsid on the node knows no -f (util-linux)'
mask=$(umask)
umask 077
why=$(mkdir -p "$base" 2>&1) || fail "cannot make $base: \${why##*: }"
[ ! -L "$base" ] && [ -O "$base" ] || fail "$base is not a folder of $(id -un)"
cd "$base" || fail "cannot enter $base"
[ ! -e "$id" ] || { say X; exit 0; }
new=.new-$id.$$
give_up() { cd "$base" && rm -rf "./$new"; fail "$*"; }
why=$(mkdir "$new" 2>&1) || fail "cannot write to $base: \${why##*: }"
cd "$new" || give_up "cannot enter $base/$new"
put() {
  why=$({ printf '%s' "$2" | cat >"$1"; } 2>&1)
  [ "$(wc -c <"$1")" -eq "$3" ] || give_up "cannot write to $base: \${why##*: }"
}
put command ${shellQuote(command)} ${Buffer.byteLength(command)}
${secrets === '' ? '' : `put secret ${shellQuote(secrets)} ${Buffer.byteLength(secrets)}`}
put code.new '                ' 16
put lock '' 0
put out '' 0
# Room for what it says when the disk is full: that is why it fails. Not every filesystem can.
fallocate -n -l ${reservedBytes} out 2>/dev/null
boot=$(boot_now)
put boot "$boot" \${#boot}
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
put ready "$now" \${#now}
wrapper="\${mask:+umask $mask}
"${shellQuote(wrapper)}
put run "$wrapper" \${#wrapper}
sync command run boot ready code.new . || give_up "cannot write to $base: it does not reach the disk"
cd ..
mv "$new" "$id" 2>/dev/null
if [ -d "$id/$new" ]; then rm -rf "./$id/$new"; say X; exit 0; fi
if [ -d "$new" ]; then
  rm -rf "./$new"
  [ ! -d "$id" ] || { say X; exit 0; }
  fail "cannot rename $base/$new"
fi
sync .
cd "$id" || fail "cannot enter $base/$id"
begin='exec flock -w 30 -E 75 lock sh ./run </dev/null >>out 2>&1'
by_systemd() {
  [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1 || return 1
  set --
  for name in PATH HOME USER LOGNAME SHELL LANG LC_ALL; do
    eval "value=\\\${$name-}"
    [ -z "$value" ] || set -- "$@" "--setenv=$name=$value"
  done
  systemd-run --quiet --collect --unit="muster-job-$id" --description="muster job $id" -p KillMode=process \\
    -p "WorkingDirectory=$base/$id" "$@" /bin/sh -c "$begin" >/dev/null 2>&1
}
by_systemd || setsid -f sh -c "$begin" >/dev/null 2>&1
tries=0
while [ -e ready ]; do
  tries=$((tries + 1))
  if [ $tries -gt 600 ] && mv ready dead 2>/dev/null; then
    rm -f secret
    fail "it did not begin within 30 s: $(tail -n 1 out)"
  fi
  sleep 0.05 2>/dev/null || sleep 1
done
[ -e dead ] && fail 'it was given up before it began'
say S`;
}

/** Runs under the lock, which the command inherits: it is held as long as anything of the job lives. */
const wrapper = `mv ready started 2>/dev/null || exit 75
sync . 2>/dev/null
folder=$PWD
(cd "\${HOME:-/}" 2>/dev/null || cd /; exec sh "$folder/command")
code=$?
printf '%-15s\\n' $code 1<>code.new
sync code.new 2>/dev/null
mv code.new code
sync . 2>/dev/null
exit $code
`;

function commandFile({ command, env, secrets }: JobSpec): string {
  const readSecrets =
    Object.keys(secrets ?? {}).length === 0 ? '' : '. "${0%/*}/secret"; rm -f "${0%/*}/secret"\n';
  return `${readSecrets}${exportLines(env ?? {})}${command}\n`;
}

function exportLines(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => `export ${name}=${shellQuote(value)}\n`)
    .join('');
}
