import { shellQuote } from '../fanout/shell-quote.ts';
import { type PackageChange, type PackageDriver, rollbackFolder } from './package-driver.ts';

const quiet =
  'export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1 LC_ALL=C';

/** Seconds to wait for whoever holds dpkg's lock. apt-get alone would fail at once. */
const lockSeconds = 300;
const options = `-y -q -o DPkg::Lock::Timeout=${lockSeconds} -o Dpkg::Use-Pty=0`;
/** Both together never ask: keep an edited file where the package has no default action (dpkg(1)). */
const keepFiles = '-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold';

const guardFolder = '/var/lib/muster/guard';

/**
 * Debian's scripts stop and start services when packages change; policy-rc.d with 101 forbids it (deb-systemd-invoke,
 * invoke-rc.d). What was there before is kept aside and put back, also by a later run when this one was killed, whenever
 * that was: `had` says that there was one, when it is back already.
 */
const guardFunctions = `guard=${guardFolder}
policy=/usr/sbin/policy-rc.d
unguard() {
  rm -f $policy.muster
  if [ -e $guard/set ]; then
    if [ -e $guard/before ]; then mv -f $guard/before $policy || return
    elif [ ! -e $guard/had ]; then rm -f $policy || return
    fi
    rm -f $guard/set
  fi
  rm -rf $guard
}
set_guard() {
  unguard && mkdir -p $guard || return
  [ ! -e $policy ] || { cp -p $policy $guard/before && touch $guard/had; } || return
  touch $guard/set && printf '#!/bin/sh\\nexit 101\\n' | cat >$policy.muster || return
  chmod 755 $policy.muster && mv -f $policy.muster $policy
}`;

/**
 * Ends what an interrupted dpkg left; like apt-get waits for whoever holds the lock, which dpkg alone would not. Fails only
 * for the lock: a package that was half unpacked cannot be configured, apt-get unpacks it anew, and then what depends on it can.
 */
const configureFunction = `configure() {
  waited=0
  while :; do
    said=$(dpkg --configure -a ${keepFiles.replaceAll('-o Dpkg::Options::=', '')} 2>&1) && failed=0 || failed=$?
    case $failed:$said in
      0:*) break ;;
      *'frontend lock'*) [ $waited -lt ${lockSeconds} ] || break ;;
      *) break ;;
    esac
    [ $waited -gt 0 ] || printf 'waiting: %s\\n' "$said" | head -n 1
    waited=$((waited + 1))
    sleep 1
  done
  [ -z "$said" ] || printf '%s\\n' "$said"
  case $failed:$said in 0:*) ;; *'frontend lock'*) return $failed ;; esac
}`;

export const apt: PackageDriver = {
  refresh: () => `${quiet}
tries=0
until apt-get update -q -o APT::Update::Error-Mode=any; do
  tries=$((tries + 1))
  [ $tries -lt 3 ] || exit 100
  sleep 5
done`,
  installed: (names) =>
    `dpkg-query -W -f='\${Package}\\t\${Version}\\t\${db:Status-Abbrev}\\n' ${names.map(shellQuote).join(' ')}`,
  stage: (changes) => `${quiet}
apt-get ${options} --no-remove -d install --only-upgrade ${pins(changes, 'to')} || exit
mkdir -p ${rollbackFolder} && cd ${rollbackFolder} || exit 1
# Some repositories keep only the newest: then there is nothing to go back to, and the install goes on without.
apt-get -q download ${pins(changes, 'from')} 2>/dev/null && exit 0
for package in ${pins(changes, 'from')}; do
  apt-get -q download "$package" || echo "muster: $package is no longer on offer: there is no way back to it"
done
exit 0`,
  install: (changes) => `${quiet}
${guardFunctions}
${configureFunction}
trap unguard EXIT
trap 'exit 143' TERM INT HUP
set_guard || { echo 'cannot write policy-rc.d' >&2; exit 1; }
configure || exit
apt-get ${options} ${keepFiles} --no-remove install --only-upgrade ${pins(changes, 'to')}`,
  unguard: () => `${guardFunctions}
unguard`,
  downgrade: (changes) => `${quiet}
${guardFunctions}
${configureFunction}
trap unguard EXIT
trap 'exit 143' TERM INT HUP
set_guard || { echo 'cannot write policy-rc.d' >&2; exit 1; }
configure || exit
cd ${rollbackFolder} || exit 1
files=
for wanted in ${changes.map((change) => shellQuote(`${change.name}_${change.from.replaceAll(':', '%3a')}_`)).join(' ')}; do
  for file in ./"$wanted"*.deb; do
    [ -e "$file" ] || { echo "no package $wanted*.deb in ${rollbackFolder}" >&2; exit 1; }
    files="$files $file"
  done
done
apt-get ${options} ${keepFiles} --no-remove --allow-downgrades install $files`,
};

function pins(changes: readonly PackageChange[], side: 'from' | 'to'): string {
  return changes.map((change) => shellQuote(`${change.name}=${change[side]}`)).join(' ');
}
