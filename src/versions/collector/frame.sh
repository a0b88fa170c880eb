# Collects what runs and what is installed here. Read-only. POSIX sh: dash, bash, busybox.
# The answer is a list of sections, each begun by a line "#@NONCE@ name words"; a tool that is missing leaves none.
muster_versions() {
LC_ALL=C
LANGUAGE=
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL LANGUAGE PATH
cd /
has() { command -v "$1" >/dev/null 2>&1; }
section() { printf '\n#@NONCE@ %s\n' "$*"; }
# Prints a small file without starting a process.
show() {
	[ -r "$1" ] || return 1
	while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done <"$1"
}
uid=$(id -u)
me=$(id -un)
# Runs a command as the user $1: as root by runuser or su, else by sudo. The words are plain: no quoting is needed.
as_user() {
	user=$1
	shift
	if [ "$user" = "$me" ]; then "$@"
	elif [ "$uid" != 0 ]; then sudo -n -u "$user" "$@"
	elif has runuser; then runuser -u "$user" -- "$@"
	else su -s /bin/sh "$user" -c "$*"
	fi
}
