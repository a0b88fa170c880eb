import { shellQuote } from '../fanout/shell-quote.ts';
import type { PackageWish } from './package-driver.ts';
import { restartHazards } from './restart-hazards.ts';

/**
 * Asks the node's package manager what an upgrade would do, as root and without a change: apt-get -s takes no lock.
 * The answer is sections between lines that begin with `#NONCE `.
 */
export function factsScript(nonce: string, { names, target, dataDirectory }: PackageWish): string {
  const body = `export LC_ALL=C
say() { printf '\\n#${nonce} %s\\n' "$*"; }
say user; id -u
say now; date +%s
command -v apt-get >/dev/null 2>&1 || {
  if command -v dnf >/dev/null 2>&1; then say manager; echo dnf; ${dnfFacts(names)}; fi
  say end; exit 0
}
say manager; echo apt
# An update that brings nothing new changes only the folders; on a host that never had one they mean nothing.
say lists; ls /var/lib/apt/lists 2>/dev/null | grep -q Packages &&
  stat -c %Y /var/lib/apt/lists /var/lib/apt/lists/partial /var/lib/apt/periodic/update-success-stamp 2>/dev/null
wanted=
for name in ${names.map(shellQuote).join(' ')}; do
  target=${shellQuote(target ?? '')}
  case $target:$name in
  :*) ;;
  *:postgresql-*)
    version=$(apt-cache madison "$name" | awk -v want="$target" '{ v = $3; sub(/^[0-9]+:/, "", v); if (index(v, want "-") == 1 || v == want) { print $3; exit } }')
    [ -n "$version" ] || { say no-target; echo "$name"; continue; }
    name=$name=$version ;;
  esac
  wanted="$wanted $name"
done
say simulation
apt-get -s -q -o Debug::NoLocking=1 install --only-upgrade $wanted 2>&1
say simulation-code $?
say uris
apt-get -qq --print-uris -o Debug::NoLocking=1 install --only-upgrade $wanted 2>/dev/null
say held; apt-mark showhold
say audit; dpkg --audit 2>&1 | head -n 20
say locks
for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock; do
  inode=$(stat -c %i $lock 2>/dev/null) || continue
  grep -E ":$inode " /proc/locks | awk -v lock=$lock '{ print lock, $5 }'
done
say automatic
for unit in apt-daily-upgrade.service unattended-upgrades.service; do
  case $(systemctl is-active $unit 2>/dev/null) in activating) echo "running $unit" ;; esac
done
${restartHazards}
say conffiles
dpkg-query -W -f='\${Conffiles}\\n' ${names.map(shellQuote).join(' ')} 2>/dev/null | while read -r file sum rest; do
  [ -n "$sum" ] && [ -f "$file" ] && [ "$(md5sum <"$file" | cut -d ' ' -f 1)" != "$sum" ] && echo "$file"
done
say policy; [ ! -e /usr/sbin/policy-rc.d ] || echo yes
say stray; grep -ls '^auto' /etc/postgresql/*/*/start.conf
say free
for folder in /usr /var/cache/apt/archives ${shellQuote(dataDirectory ?? '/nowhere')}; do
  df -PB1 "$folder" 2>/dev/null | awk 'NR == 2 { print $4; found = 1 } END { if (!found) print "-" }'
done
if command -v pgbackrest >/dev/null 2>&1; then
  say pgbackrest-version; pgbackrest version
  say pgbackrest-info; timeout 20 su -s /bin/sh postgres -c 'pgbackrest info --output=json' 2>/dev/null
fi
say end`;
  return `muster_packages() {
if [ "$(id -u)" = 0 ]; then sh -c "$1"; elif sudo -n true 2>/dev/null; then sudo -n sh -c "$1"; else sh -c "$1"; fi
}
muster_packages ${shellQuote(body)} </dev/null
`;
}

function dnfFacts(names: readonly string[]): string {
  const list = names.map(shellQuote).join(' ');
  return `say installed; rpm -q --qf '%{NAME}\\t%{VERSION}-%{RELEASE}\\n' ${list} 2>/dev/null
say updates; dnf -q check-update ${list} 2>&1
say updates-code $?
say simulation; dnf -q --assumeno upgrade ${list} 2>&1
say policy
say free; for folder in /usr /var/cache/dnf; do df -PB1 $folder 2>/dev/null | awk 'NR == 2 { print $4 }'; done`;
}
