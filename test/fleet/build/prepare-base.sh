# Turns a minimal Debian into the base of every host. Runs once, inside the chroot;
# $MAIN_MIRROR, $SECURITY_MIRROR and $SUITE come from the caller.

# Nothing is started while building.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d

# No manual pages, no documentation: the base is smaller by a third.
cat >/etc/dpkg/dpkg.cfg.d/fleet-nodoc <<'EOF'
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
EOF

apt-get update -q
install='apt-get install -q -y --no-install-recommends -o APT::Keep-Downloaded-Packages=1'
$install systemd systemd-sysv dbus openssh-server sudo iproute2 iputils-ping procps psmisc less curl \
  ca-certificates socat python3 postgresql-common

# Patroni makes the only server of a host, so Debian's own cluster must not be made. The server package's
# maintainer script reads this file, hence postgresql-common first.
sed -i "s/^#\?create_main_cluster.*/create_main_cluster = false/" /etc/postgresql-common/createcluster.conf
grep -qx 'create_main_cluster = false' /etc/postgresql-common/createcluster.conf
$install postgresql-15 patroni python3-etcd etcd-server etcd-client haproxy pgbackrest

# Each host has its own keys and enables what its role needs.
rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id
systemctl disable patroni.service etcd.service haproxy.service
# They need a machine of their own, or take the dpkg lock when nobody expects it.
systemctl mask getty.target console-getty.service apt-daily.timer apt-daily-upgrade.timer \
  dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-modules-load.service \
  systemd-sysctl.service systemd-udevd.service systemd-networkd.service systemd-resolved.service \
  systemd-timesyncd.service systemd-remount-fs.service systemd-random-seed.service
# The kernel is shared, and these are ways into it.
systemctl mask sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
  dev-hugepages.mount dev-mqueue.mount proc-sys-fs-binfmt_misc.automount

useradd --create-home --shell /bin/bash admin
echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
chmod 440 /etc/sudoers.d/admin

cat >/etc/ssh/sshd_config.d/fleet.conf <<'EOF'
AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/fleet_authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
UseDNS no
EOF
echo 'PATRONICTL_CONFIG_FILE=/etc/patroni/config.yml' >>/etc/environment
mkdir -p /srv/repository

rm -f /usr/sbin/policy-rc.d

# What the mirrors offer above this base is kept aside for the hosts' own apt; nothing of it is installed.
cat >/etc/apt/sources.list.d/newer.list <<EOF
deb $MAIN_MIRROR $SUITE-updates main
deb $SECURITY_MIRROR $SUITE-security main
EOF
apt-get update -q
mkdir -p /var/cache/fleet/newer/partial /var/cache/fleet/base
apt-get -q -y --download-only -o Dir::Cache::archives=/var/cache/fleet/newer/ \
  -o APT::Keep-Downloaded-Packages=1 dist-upgrade
mv /var/cache/apt/archives/*.deb /var/cache/fleet/base/

# The hosts know two local repositories and have not asked them yet.
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/newer.list /etc/apt/apt.conf.d/00fleet-build
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
echo 'deb [trusted=yes] file:/srv/repository/main ./' >/etc/apt/sources.list.d/main.list
echo 'deb [trusted=yes] file:/srv/repository/security ./' >/etc/apt/sources.list.d/security.list
: >/etc/resolv.conf
