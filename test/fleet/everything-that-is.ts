import type { Fleet } from './controller.ts';

/** State of one cluster's hosts by name of the host and of what was asked; equal when nothing was changed. */
export type Everything = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * What any change of an upgrade would show in. Files: every one outside the places where servers and sshd write at any
 * time and apt's index of the package lists, which any question to it may make anew, with mode, owner, size and the times of contents and inode. Processes: what init started, and its orphans, which
 * Patroni's PostgreSQL is, with their start times; logins are children of sshd.
 */
const questions: Readonly<Record<string, string>> = {
  files: `find / -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/tmp -o -path /var/log -o -path /var/lib/postgresql -o -path /var/lib/systemd -o -path '/var/cache/apt/*pkgcache.bin' \\) -prune -o ! -type d -printf '%p %y %m %u %g %s %T@ %C@\\n' | sort`,
  // The file of a lock that nobody holds is empty, and stays.
  locks: `find /run/lock /run -maxdepth 1 -name 'muster*' ! -empty 2>&1; ls -lA /var/lib/muster 2>&1`,
  packages: "dpkg-query -W -f='${Package} ${Version} ${db:Status-Abbrev}\\n'; apt-mark showhold",
  units: 'systemctl list-units --plain --no-legend --state=active --type=service',
  patroni:
    'curl -s localhost:8008/config; curl -s localhost:8008/patroni | grep -oE \'"(role|timeline|postmaster_start_time|tags|server_version|pending_restart)": [^,}]*\'',
  proxy: "echo 'show servers state' | socat stdio /run/haproxy/admin.sock 2>/dev/null | cut -d ' ' -f 1-8",
  processes: `for p in /proc/[0-9]*; do set -- $(sed 's/.*) //' $p/stat); [ "$2" = 1 ] && echo "\${p#/proc/} \${20} $(cat $p/comm)"; done 2>/dev/null | sort`,
};

/** Of every member and proxy of a cluster. */
export async function everythingThatIs(fleet: Fleet, cluster: string): Promise<Everything> {
  const { members, proxies } = fleet.cluster(cluster);
  const entries = [...members, ...proxies].map(
    async ({ name }): Promise<[string, Record<string, string>]> => {
      const found: Record<string, string> = {};
      for (const [what, command] of Object.entries(questions)) {
        found[what] = (await fleet.exec(name, command)).stdout;
      }
      return [name, found];
    },
  );
  return Object.fromEntries(await Promise.all(entries));
}
