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
  systemctl list-units --plain --no-legend --type=service 'postgresql*' 'patroni*' | awk '{print $1}' >$guard.new
  mv $guard.new $guard
  while read -r unit; do systemctl mask --runtime "$unit" || return 1; done <$guard
}`;

export const dnf: PackageDriver = {
  refresh: () => 'dnf -q makecache --refresh',
  stage: (changes) => `dnf -y -q --downloadonly upgrade ${names(changes, 'to')} || exit
mkdir -p ${rollbackFolder} && cd ${rollbackFolder} || exit 1
dnf -q download ${names(changes, 'from')} || echo 'muster: not all of the installed versions are still on offer'
exit 0`,
  install: (changes) => transaction(`dnf -y -q upgrade ${names(changes, 'to')}`),
  unguard: () => `${guardFunctions}\nunguard`,
  downgrade: (changes) => transaction(`dnf -y -q downgrade ${names(changes, 'from')}`),
};

function transaction(command: string): string {
  return `export LC_ALL=C\n${guardFunctions}\ntrap unguard EXIT\ntrap 'exit 143' TERM INT HUP\nset_guard || exit 1\n${command}`;
}

function names(changes: readonly PackageChange[], side: 'from' | 'to'): string {
  return changes.map((change) => shellQuote(`${change.name}-${change[side]}`)).join(' ');
}
