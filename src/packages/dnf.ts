import { shellQuote } from '../fanout/shell-quote.ts';
import { type PackageChange, type PackageDriver, rollbackFolder } from './package-driver.ts';

/**
 * dnf has no policy-rc.d: units are masked for the transaction instead, so that no scriptlet restarts them (PGDG's %postun
 * says try-restart). A mask in /run is gone after a reboot, and taken away by a later run when this one was killed.
 */
const guardFunctions = `guard=/run/muster-masked
unguard() {
  [ -e $guard ] || return 0
  while read -r unit; do systemctl unmask --runtime "$unit"; done <$guard
  rm -f $guard
}
set_guard() {
  unguard
  systemctl list-units --plain --no-legend --type=service 'postgresql*' 'patroni*' 2>/dev/null | awk '{print $1}' >$guard.new
  mv $guard.new $guard
  while read -r unit; do
    systemctl mask --runtime "$unit" || return 1
    # A unit file in /etc goes before a mask in /run.
    [ "$(systemctl show --property LoadState --value "$unit")" = masked ] ||
      { echo "$unit cannot be kept from restarting: its unit file is in /etc" >&2; return 1; }
  done <$guard
}`;

export const dnf: PackageDriver = {
  refresh: () => 'dnf -q makecache --refresh',
  installed: (packages) => `rpm -q --qf '%{NAME}\\t%{EVR}\\tii\\n' ${packages.map(shellQuote).join(' ')}`,
  stage: (changes) => `export LC_ALL=C
dnf -y -q --downloadonly upgrade ${names(changes, 'to')} || exit
mkdir -p ${rollbackFolder} && cd ${rollbackFolder} || exit 1
# It is a plugin (dnf-plugins-core), and some repositories keep only the newest: then there is nothing to go back to.
dnf -q download ${names(changes, 'from')} || echo 'muster: not all of the installed versions are still on offer'
exit 0`,
  // From the cache alone: what stage downloaded.
  install: (changes) => transaction(`dnf -y -q -C upgrade ${names(changes, 'to')}`),
  unguard: () => `${guardFunctions}\nunguard`,
  downgrade: (changes) =>
    transaction(`mkdir -p ${rollbackFolder} && cd ${rollbackFolder} || exit 1
files=
for wanted in ${changes.map(({ name, from }) => shellQuote(`${name}-${from.replace(/^\d+:/, '')}`)).join(' ')}; do
  for file in ./"$wanted".*.rpm; do
    [ -e "$file" ] || { echo "no package $wanted in ${rollbackFolder}" >&2; exit 1; }
    files="$files $file"
  done
done
dnf -y -q -C downgrade $files`),
};

function transaction(command: string): string {
  return `export LC_ALL=C\n${guardFunctions}\ntrap unguard EXIT\ntrap 'exit 143' TERM INT HUP\nset_guard || exit 1\n${command}`;
}

function names(changes: readonly PackageChange[], side: 'from' | 'to'): string {
  return changes.map((change) => shellQuote(`${change.name}-${change[side]}`)).join(' ');
}
