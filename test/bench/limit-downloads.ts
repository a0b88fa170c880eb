import type { Fleet } from '../fleet/controller.ts';

/** Each member gets its packages by HTTP, from itself, and apt reads so many megabits a second. */
export async function limitDownloads(fleet: Fleet, mbit: number): Promise<void> {
  const kilobytes = Math.round((mbit * 1_000_000) / 8 / 1024);
  const script = `systemd-run -q --unit=repository -p WorkingDirectory=/srv/repository python3 -m http.server -b 127.0.0.1 8081
sed -i 's#file:/srv/repository#http://127.0.0.1:8081#' /etc/apt/sources.list.d/*.list
echo 'Acquire::http::Dl-Limit "${kilobytes}";' >/etc/apt/apt.conf.d/50limit
until python3 -c "import socket; socket.create_connection(('127.0.0.1', 8081))" 2>/dev/null; do sleep 0.1; done
apt-get -qq update`;
  const members = fleet.plan.clusters.flatMap((cluster) => cluster.members);
  await Promise.all(members.map(({ name }) => fleet.exec(name, script)));
}
