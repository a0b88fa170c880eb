# Keeps one host on: makes its namespaces, and makes them anew when the host reboots. Ends when the host is powered
# off, from inside or outside. Environment: see boot.sh.
set -u
while :; do
  unshare --mount --uts --ipc --net --pid --fork \
    sh -c 'echo 0 >"$GROUP/cgroup.procs" && exec unshare --cgroup sh "$BOOT"'
  # reboot(2) in a process namespace ends its init by SIGHUP, a halt by SIGINT; unshare dies of the same.
  [ $? -eq 129 ] || exit 0
done
