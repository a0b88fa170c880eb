# Which postmasters and daemons run. Only shell built-ins: a database host has thousands of processes.
# A program that somebody, another audit for one, only asks for its version is not running; a server in
# single-user mode (initdb starts one) is none to ask.
started_here() {
	title=
	IFS= read -r title <"$proc/cmdline"
	case $title in
	'' | postgres:* | *-version | *postgres-V | *-v | *-vv) return 1 ;;
	*postgres--boot* | *postgres--single* | *postgres--check* | *postgres-C*) return 1 ;;
	esac
	in_container || return 0
	contained="$contained $name"
	return 1
}
# Its files and sockets are in another root: what could be read here would be about the wrong ones. A process of an
# inner PID namespace has a second number there (Linux 4.1).
in_container() {
	while read -r key _ inner _; do
		[ "$key" = NSpid: ] || continue
		[ -n "$inner" ]
		return
	done <"$proc/status"
	return 1
}
contained=
postmasters=
patronis=
daemons=
for proc in /proc/[0-9]*; do
	name=
	IFS= read -r name <"$proc/comm" || continue
	case $name in
	postgres | postmaster | edb-postgres)
		# With update_process_title off a backend looks like its postmaster; its parent tells.
		read -r _ _ _ parent _ <"$proc/stat" || continue
		over=
		IFS= read -r over <"/proc/$parent/comm"
		[ "$over" != "$name" ] || continue
		started_here && postmasters="$postmasters postmaster-${proc#/proc/}"
		;;
	patroni) started_here && patronis="$patronis patroni-${proc#/proc/}" ;;
	haproxy | keepalived | confd | etcd | pgbouncer) started_here && daemons="$daemons ${proc#/proc/}" ;;
	esac
done 2>/dev/null
[ -z "$contained" ] || {
	section contained
	printf '%s\n' $contained
}

# A program replaced after its process began: the times tell, also without the right to read the link.
for pid in $daemons; do
	IFS= read -r name <"/proc/$pid/comm" || continue
	read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ ticks _ <"/proc/$pid/stat"
	section daemon "$name" "$pid" "$ticks"
	readlink "/proc/$pid/exe"
done 2>/dev/null

# The user of each process is the one with the right to read its files and to log in to its server.
owned=
owners=
for word in $postmasters $patronis; do
	pid=${word#*-}
	owner=$(stat -c %U "/proc/$pid" 2>/dev/null) || continue
	owned="$owned $owner:$word"
	case " $owners " in *" $owner "*) ;; *) owners="$owners $owner" ;; esac
done
for owner in $owners; do
	words=
	for word in $owned; do
		[ "${word%%:*}" = "$owner" ] && words="$words ${word#*:}"
	done
	reader=$owner
	if ! as_user "$owner" true 2>/dev/null; then
		reader=$me
		section denied "$owner"
	fi
	as_user "$reader" sh -s -- $words <<'AS_OWNER@NONCE@'
@OWNER@
AS_OWNER@NONCE@
done
