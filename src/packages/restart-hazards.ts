/**
 * Who else may upgrade or restart: continues the section `automatic`, and begins `needrestart`. The configuration of
 * needrestart is a program in Perl, read here as needrestart itself reads it.
 */
export const restartHazards = String.raw`# The timer alone upgrades nothing: unattended-upgrades must be there and switched on.
if systemctl is-enabled apt-daily-upgrade.timer 2>/dev/null | grep -q '^enabled' && command -v unattended-upgrade >/dev/null 2>&1; then
  case $(apt-config dump APT::Periodic::Unattended-Upgrade | sed -n 's/.*"\(.*\)";$/\1/p') in '' | 0) ;; *) echo on ;; esac
fi
apt-config dump Unattended-Upgrade::Package-Blacklist | sed -n 's/.*"\(..*\)";$/but \1/p'
say needrestart
command -v needrestart >/dev/null 2>&1 && perl -e '
our %nrconf = (verbosity => 0, override_rc => {});
eval do { local (@ARGV, $/) = "/etc/needrestart/needrestart.conf"; <> };
my %rules = %{$nrconf{override_rc}};
my ($kept) = grep { "patroni.service" =~ /$_/ && !$rules{$_} } keys %rules;
print $nrconf{restart} // "unset", " ", defined $kept ? "kept" : "taken", "\n"' 2>/dev/null`;
