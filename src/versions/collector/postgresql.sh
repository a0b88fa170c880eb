read_postmaster() {
program=
data=
next=
while IFS= read -r argument; do
	[ -n "$program" ] || program=$argument
	[ "$next" != data ] || data=$argument
	next=
	case $argument in
	-D) next=data ;;
	-D?*) data=${argument#-D} ;;
	esac
done <<ARGUMENTS
$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null)
ARGUMENTS
replaced=
exe=$(readlink "/proc/$pid/exe" 2>/dev/null)
case $exe in
*' (deleted)') replaced=yes program=${exe% (deleted)} ;;
?*) replaced=no program=$exe ;;
esac
folder=$(readlink "/proc/$pid/cwd" 2>/dev/null) && data=$folder
bin=${program%/*}
major=
read -r major 2>/dev/null <"$data/PG_VERSION"
port=
socket=
started=
first=
{
	read -r first
	read -r _
	read -r started
	read -r port
	IFS= read -r socket
} 2>/dev/null <"$data/postmaster.pid"
# It has ended meanwhile, or it was a child on its way to its own name.
[ -d "/proc/$pid" ] || return 0
[ -z "$first" ] || [ "$first" = "$pid" ] || return 0
section instance "$pid"
say program "$program"
say data "$data"
say replaced "$replaced"
say major "$major"
say port "$port"
say socket "$socket"
say owner "$(stat -c %U "/proc/$pid" 2>/dev/null)"
say started "$started"
say changed "$(stat -c %Z "$program" 2>/dev/null)"
say installed "$("$program" -V 2>/dev/null)"
while IFS= read -r line; do
	case $line in */*.so*' (deleted)') say library "/${line#*/}" ;; esac
done 2>/dev/null <"/proc/$pid/maps"
[ ! -x "$bin/pg_controldata" ] || {
	section control "$pid"
	"$bin/pg_controldata" "$data" 2>/dev/null | while IFS= read -r line; do
		case $line in 'Database system identifier:'* | 'Data page checksum version:'*) printf '%s\n' "$line" ;; esac
	done
}
[ "@PSQL@" = yes ] || return 0
psql=$bin/psql
[ -x "$psql" ] || psql=$(command -v psql) || return 0
section sql "$pid"
ask_server
case $answer in *'\connect '*)
	section sql-databases "$pid"
	ask_databases
	;;
esac
}
# One session asks the server; a second one goes from database to database, since only there its extensions are seen.
run_psql() {
	PGAPPNAME='muster versions' PGCONNECT_TIMEOUT=10 PGCLIENTENCODING=UTF8 \
		PGOPTIONS='-c default_transaction_read_only=on -c statement_timeout=20s' \
		"$psql" -X -A -t -q -w ${socket:+-h "$socket"} ${port:+-p "$port"} -d postgres 2>&1
}
since() { [ "$number" -ge "$1" ]; }
ask_server() {
case $major in
9.*) number=90${major#9.} ;;
[1-9][0-9]) number=${major}00 ;;
*) number=902 ;;
esac
answer=$({
	@SERVER_QUESTIONS@
	cat <<'SQL'
@LIST_DATABASES@
SQL
} | run_psql)
printf '%s\n' "$answer"
}
ask_databases() {
questions=$({
	@DATABASE_QUESTIONS@
})
{
	while IFS= read -r line; do
		case $line in '\connect '*) printf '%s\n%s\n' "$line" "$questions" ;; esac
	done <<ANSWER
$answer
ANSWER
} | run_psql
}
