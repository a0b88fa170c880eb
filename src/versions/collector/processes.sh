# Which postmasters and daemons run. Only shell built-ins: a database host has thousands of processes.
postmasters=
patronis=
daemons=
for proc in /proc/[0-9]*; do
	name=
	IFS= read -r name <"$proc/comm" || continue
	case $name in
	postgres | postmaster | edb-postgres)
		title=
		IFS= read -r title <"$proc/cmdline"
		case $title in '' | postgres:*) continue ;; esac
		# With update_process_title off a backend looks like its postmaster; its parent tells.
		read -r _ _ _ parent _ <"$proc/stat"
		over=
		IFS= read -r over <"/proc/$parent/comm"
		[ "$over" = "$name" ] || postmasters="$postmasters postmaster-${proc#/proc/}"
		;;
	patroni) patronis="$patronis patroni-${proc#/proc/}" ;;
	haproxy | keepalived | confd | etcd | pgbouncer) daemons="$daemons ${proc#/proc/}" ;;
	esac
done 2>/dev/null

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
