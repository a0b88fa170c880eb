if has dpkg-query && [ -r /var/lib/dpkg/status ]; then
	found=$(dpkg-query -W -f='${db:Status-Abbrev}\t${Package}\t${Version}\n' \
		'postgresql*' 'patroni*' 'pgbackrest*' 'etcd*' 'libssl[0-9]*' 'libicu[0-9]*' \
		haproxy keepalived confd pgbouncer barman libpq5 libc6 @PACKAGES@ 2>/dev/null)
	section dpkg
	printf '%s\n' "$found"
	if has apt-cache; then
		names=
		while IFS='	' read -r state name _; do
			case $state in ?i*) names="$names $name" ;; esac
		done <<FOUND
$found
FOUND
		section apt-policy
		[ -z "$names" ] || apt-cache policy $names
		section apt-lists
		stat -c %Y /var/lib/apt/lists /var/lib/apt/lists/partial /var/lib/apt/periodic/update-success-stamp
	fi
elif has rpm; then
	found=$(rpm -qa --qf '%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\n' \
		'postgresql*' 'patroni*' 'pgbackrest*' 'etcd*' 'pgbouncer*' 'libicu*' \
		haproxy keepalived confd barman glibc openssl-libs @PACKAGES@)
	section rpm
	printf '%s\n' "$found"
	names=
	while IFS='	' read -r name _; do names="$names $name"; done <<FOUND
$found
FOUND
	# -C: from the cache alone, so that nothing is downloaded.
	for dnf in dnf yum; do
		has $dnf && [ -n "$names" ] || continue
		section dnf
		$dnf -q -C check-update $names
		section dnf-rc $?
		break
	done
	section dnf-held
	show /etc/dnf/plugins/versionlock.list
	show /etc/yum/pluginconf.d/versionlock.list
	show /etc/dnf/versionlock.toml
fi
