import type { SeedFile } from '../host/seed.ts';
import { type FleetHost, network, type PlainCluster } from '../shape.ts';
import { enabledUnit } from './every-host.ts';
import { databasePassword } from './patroni.ts';

const unit = 'fleet-postgresql.service';

/**
 * PostgreSQL as Debian runs it: cluster 15/main, unit postgresql@15-main. Made at the first start: the first member by
 * pg_createcluster, the others as copies of it that stream from it, each with a slot of its own.
 */
export function postgresqlFiles({ members }: PlainCluster, host: FleetHost): SeedFile[] {
  const [primary] = members;
  return [
    {
      path: '/usr/local/sbin/fleet-postgresql',
      content: host === primary ? makePrimary(members) : makeStandby(primary!, host),
      mode: 0o755,
    },
    {
      path: `/etc/systemd/system/${unit}`,
      content: `[Unit]
ConditionPathExists=!/var/lib/postgresql/15/main/PG_VERSION
After=network.target
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/fleet-postgresql
TimeoutStartSec=120
[Install]
WantedBy=multi-user.target
`,
    },
    { path: `/etc/systemd/system/multi-user.target.wants/${unit}`, linkTo: `/etc/systemd/system/${unit}` },
    // What starts postgresql@15-main at a later boot.
    enabledUnit('postgresql.service'),
  ];
}

const configure = `cat >>/etc/postgresql/15/main/pg_hba.conf <<'EOF'
host replication replicator ${network.range} scram-sha-256
host all all ${network.range} scram-sha-256
EOF
cat >/etc/postgresql/15/main/conf.d/fleet.conf <<'EOF'
listen_addresses = '*'
max_connections = 50
shared_buffers = 16MB
wal_keep_size = 64MB
wal_log_hints = on
wal_retrieve_retry_interval = 500ms
EOF
`;

function makePrimary(members: readonly FleetHost[]): string {
  const slots = members
    .slice(1)
    .map(({ name }) => `select pg_create_physical_replication_slot('${slotOf(name)}');\n`)
    .join('');
  return `#!/bin/sh
set -eu
pg_createcluster 15 main --start-conf auto -- --data-checksums --locale C.UTF-8
${configure}systemctl start postgresql@15-main
cd /
runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 <<'EOF'
alter role postgres password '${databasePassword}';
create role replicator replication login password '${databasePassword}';
${slots}EOF
`;
}

/** pg_createcluster makes Debian's own files; its data then gives way to the copy. */
function makeStandby(primary: FleetHost, host: FleetHost): string {
  return `#!/bin/sh
set -eu
pg_createcluster 15 main --start-conf auto
${configure}cd /
rm -rf /var/lib/postgresql/15/main
export PGPASSWORD=${databasePassword}
until runuser -u postgres -- pg_basebackup -D /var/lib/postgresql/15/main -R -X stream -c fast -S ${slotOf(host.name)} \
  -d 'host=${primary.name} user=replicator application_name=${host.name}'; do
  rm -rf /var/lib/postgresql/15/main
  sleep 0.5
done
systemctl start postgresql@15-main
`;
}

/** Slots have no hyphens. */
function slotOf(name: string): string {
  return name.replaceAll('-', '_');
}
