# Runs as the user of the processes given as words: postmaster-PID, patroni-PID.
read_as_owner() {
section() { printf '\n#@NONCE@ %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }
say() { [ -z "$2" ] || printf '%s\t%s\n' "$1" "$2"; }
for word in "$@"; do
	pid=${word#*-}
	case $word in
	postmaster-*) read_postmaster ;;
	patroni-*) read_patroni ;;
	esac
done
}
