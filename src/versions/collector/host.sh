section begin 1
section time
date +%s
while read -r key value _; do
	[ "$key" != btime ] || printf '%s\n' "$value"
done </proc/stat
section os-release
show /etc/os-release || show /usr/lib/os-release || show /etc/redhat-release
section debian-version
show /etc/debian_version
section kernel
uname -r
section kernels
for file in /boot/vmlinuz-*; do
	[ -e "$file" ] && printf '%s\n' "${file#/boot/vmlinuz-}"
done
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then
	section reboot-required
	show /run/reboot-required.pkgs
fi
