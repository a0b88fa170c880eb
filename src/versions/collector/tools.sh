tool() {
	name=$1
	shift
	has "$1" || return 0
	section tool "$name"
	"$@" 2>&1
	path=$(command -v "$1")
	section tool-file "$name"
	stat -L -c %Z "$path"
}
tool haproxy haproxy -v
tool keepalived keepalived --version
tool confd confd -version
tool etcd etcd --version
tool pgbackrest pgbackrest version
tool pgbouncer pgbouncer --version
