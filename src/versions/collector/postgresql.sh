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
{
	read -r _
	read -r _
	read -r started
	read -r port
	IFS= read -r socket
} 2>/dev/null <"$data/postmaster.pid"
section instance "$pid"
say program "$program"
say data "$data"
say replaced "$replaced"
say major "$major"
say port "$port"
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
	cat <<'SQL'
select row_to_json(t) from (select 'server' as fact, current_setting('server_version') as version,
  current_setting('server_version_num')::int as number, pg_is_in_recovery() as standby,
  extract(epoch from pg_postmaster_start_time())::bigint as started) t;
select row_to_json(t) from (select 'setting' as fact, name, setting as value from pg_settings where name in
  ('shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries', 'data_checksums', 'wal_level',
   'server_encoding', 'cluster_name', 'block_size')) t;
SQL
	since 905 && cat <<'SQL'
select row_to_json(t) from (select 'pending-restart' as fact, name, setting as value from pg_settings where pending_restart) t;
SQL
	since 1500 && cat <<'SQL'
select row_to_json(t) from (select 'collation' as fact, datname as database, null as collation, datcollversion as recorded,
  pg_database_collation_actual_version(oid) as actual from pg_database
  where datallowconn and datcollversion is distinct from pg_database_collation_actual_version(oid)) t;
SQL
	@NOTES_SERVER@
	cat <<'SQL'
select row_to_json(t) from (select 'databases' as fact, count(*) as total from pg_database where datallowconn and not datistemplate) t;
select '\connect ' || quote_ident(datname) from pg_database
  where datallowconn and not datistemplate and datname <> '-' and datname !~ '[=[:cntrl:]]' and datname !~ '^postgres(ql)?://'
  order by datname limit 500;
SQL
} | run_psql)
printf '%s\n' "$answer"
}
ask_databases() {
questions=$({
	cat <<'SQL'
select row_to_json(t) from (select 'database' as fact, current_database() as database) t;
select row_to_json(t) from (select 'extension' as fact, current_database() as database, e.extname as name,
  e.extversion as version, a.default_version as available from pg_extension e
  left join pg_available_extensions a on a.name = e.extname) t;
SQL
	since 1000 && cat <<'SQL'
select row_to_json(t) from (select 'collation' as fact, current_database() as database, c.collname as collation,
  c.collversion as recorded, pg_collation_actual_version(c.oid) as actual from pg_collation c
  where c.collversion is not null and c.oid in (select attcollation from pg_attribute where attcollation <> 0)
  and c.collversion is distinct from pg_collation_actual_version(c.oid)) t;
SQL
	@NOTES_DATABASE@
})
{
	while IFS= read -r line; do
		case $line in '\connect '*) printf '%s\n%s\n' "$line" "$questions" ;; esac
	done <<ANSWER
$answer
ANSWER
} | run_psql
}
