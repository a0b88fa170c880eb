import { shellQuote } from '../fanout/shell-quote.ts';
import type { PackageWish } from './package-driver.ts';
import { restartHazards } from './restart-hazards.ts';

/**
 * Asks the node's package manager what an upgrade would do, as root and without a change: apt-get -s takes no lock.
 * The answer is sections between lines that begin with `#NONCE `.
 */
export function factsScript(nonce: string, wish: PackageWish): string {
  const { major, more, target, dataDirectory } = wish;
  const names = [`postgresql-${major}`, `postgresql-client-${major}`, 'libpq5', ...more];
  const body = `export LC_ALL=C
say() { printf '\\n#${nonce} %s\\n' "$*"; }
say user; id -u
say now; date +%s
command -v apt-get >/dev/null 2>&1 || {
  if command -v dnf >/dev/null 2>&1; then say manager; echo dnf
${dnfFacts(wish)}
  fi
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
say audit; dpkg --audit 2>&1 | head -n 100
say locks
for lock in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock; do
  inode=$(stat -c %i $lock 2>/dev/null) || continue
  grep -E ":$inode " /proc/locks | awk '{ print $5 }' | while read -r pid; do
    echo "$lock $pid $(ps -o comm= -p "$pid" 2>/dev/null)"
  done
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

/**
 * PGDG says postgresql15-server, Red Hat's own stream postgresql-server in version 15. -C: from the cache alone, so that
 * looking changes nothing. -q would leave the table of the transaction out.
 */
function dnfFacts({ major, more, target, dataDirectory }: PackageWish): string {
  return `installed=$(rpm -qa --qf '%{NAME}\\t%{EVR}\\n')
say installed; printf '%s\\n' "$installed"
names=$(printf '%s\\n' "$installed" | awk -F '\\t' -v major=${shellQuote(major)} -v more=${shellQuote(` ${more.join(' ')} `)} '
  $1 ~ "^postgresql" major "(-(server|libs|contrib))?$" { print $1 }
  $1 ~ /^postgresql(-(server|contrib|private-libs))?$/ && index($2, major ".") == 1 { print $1 }
  index(more, " " $1 " ") { print $1 }')
wanted=
for name in $names; do
  target=${shellQuote(target ?? '')}
  case $target:$name in
  :*) ;;
  *:postgresql*)
    # Those at the target already are left out: dnf would call the whole an error.
    [ "$(rpm -q --qf '%{VERSION}' "$name")" != "$target" ] || continue
    dnf -C -q repoquery --available --qf '%{version}' "$name" 2>/dev/null | grep -qx "$target" ||
      { say no-target; echo "$name"; continue; }
    name=$name-$target ;;
  esac
  wanted="$wanted $name"
done
# Of each repository the time its data was last asked for; the oldest counts.
say lists; for folder in /var/cache/dnf/*/repodata; do stat -c %Y "$folder/repomd.xml" 2>/dev/null; done
say simulation; [ -z "$wanted" ] || dnf -C --assumeno upgrade $wanted 2>&1
say simulation-code $?
say held; dnf -C -q versionlock list 2>/dev/null
say broken; dnf -C -q check --duplicates 2>/dev/null | head -n 1
say policy
say automatic; systemctl is-enabled dnf-automatic.timer dnf-automatic-install.timer 2>/dev/null | sed -n 's/^enabled/on/p'
say free
for folder in /usr /var/cache/dnf ${shellQuote(dataDirectory ?? '/nowhere')}; do
  df -PB1 "$folder" 2>/dev/null | awk 'NR == 2 { print $4; found = 1 } END { if (!found) print "-" }'
done`;
}
