# Makes a host out of the namespaces it is started in and becomes its init. Nothing mounted here is seen outside,
# so the end of init is the end of the host: processes, mounts, network.
#
# Environment: HOST its name, ADDRESS and HARDWARE_ADDRESS on the network, LOWER and LAYER of its disk, REPOSITORY of
# packages, SWITCH the switch's namespace, KEEPER a process in the machine's network, UNPLUGGED a file that is there
# while the cable is out, GROUP the control group it has already joined.
set -eu

# The cable is laid from the machine's side, to this shell: it is process 1 here. /proc is still the machine's.
in_switch() {
  nsenter --net="/proc/$KEEPER/ns/net" ip -n "$SWITCH" link "$@"
}
# A dead host's end of the cable is cleared by the kernel in its own time.
in_switch delete "$HOST" 2>/dev/null || :
in_switch add "$HOST" type veth peer name eth0 address "$HARDWARE_ADDRESS" netns 1
in_switch set "$HOST" master bridge0
[ -e "$UNPLUGGED" ] || in_switch set "$HOST" up
ip link set lo up
ip address add "$ADDRESS" dev eth0
ip link set eth0 up
hostname "$HOST"

root=$LAYER/root
mkdir -p "$root"
mount -t overlay -o "lowerdir=$LOWER,upperdir=$LAYER/upper,workdir=$LAYER/work" fleet "$root"
mount --bind "$REPOSITORY" "$root/srv/repository"
mount -o remount,bind,ro "$root/srv/repository"

cd "$root"
mount -t proc -o nosuid,nodev,noexec proc proc
# The kernel is shared: a host's systemd must not change the machine's settings, nor reboot it.
for file in proc/sys proc/sysrq-trigger; do
  [ -e "$file" ] || continue
  mount --bind "$file" "$file"
  mount -o remount,bind,ro "$file"
done
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t cgroup2 -o nosuid,nodev,noexec cgroup sys/fs/cgroup
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=755,nosuid tmpfs dev

# A number of its own for each boot, as on a real machine: a tool that waits for a reboot looks at it.
cat proc/sys/kernel/random/uuid >run/boot_id
chmod 444 run/boot_id
mount --bind run/boot_id proc/sys/kernel/random/boot_id

while read -r name major minor; do
  mknod -m 666 "dev/$name" c "$major" "$minor"
done <<EOF
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
EOF
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5,nosuid,noexec devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr

pivot_root . mnt
umount -l /mnt
exec env -i container=fleet PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
  /lib/systemd/systemd </dev/null
