import type { SeedFile } from '../host/seed.ts';
import { type FleetCluster, type FleetHost, type FleetPlan, network } from '../shape.ts';
import { enabledUnit } from './every-host.ts';

/** The one password of all database users here; it opens nothing outside the fleet's own network. */
export const databasePassword = 'fleet';

export const restPort = 8008;

/** Patroni as Debian's patroni.service runs it: user postgres, /etc/patroni/config.yml. */
export function patroniFiles(plan: FleetPlan, cluster: FleetCluster, host: FleetHost): SeedFile[] {
  return [
    {
      path: '/etc/patroni/config.yml',
      content: patroniConfig(plan, cluster, host),
      mode: 0o640,
      owner: 'postgres',
    },
    enabledUnit('patroni.service'),
  ];
}

/**
 * ttl: loop_wait + 2 × retry_timeout may not exceed it. checkpoint fast: a new replica would wait some 90 s for a
 * spread one. wal_retrieve_retry_interval: a new replica asks before its slot exists, and asks again after this
 * time. replication from 127.0.0.1: Patroni asks its own server for timeline and position.
 */
function patroniConfig(plan: FleetPlan, cluster: FleetCluster, host: FleetHost): string {
  return `scope: ${cluster.scope}
name: ${host.name}
restapi:
  listen: 0.0.0.0:${restPort}
  connect_address: ${host.address}:${restPort}
etcd3:
  host: ${plan.etcd.address}:2379
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 9
    maximum_lag_on_failover: 1048576
    synchronous_mode: ${plan.shape.sync}
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        wal_level: replica
        hot_standby: 'on'
        wal_log_hints: 'on'
        max_connections: 50
        max_wal_senders: 10
        max_replication_slots: 10
        wal_keep_size: 64MB
        wal_retrieve_retry_interval: 500ms
        shared_buffers: 16MB
        archive_mode: 'on'
        archive_command: /bin/true
  initdb:
    - encoding: UTF8
    - locale: C.UTF-8
    - data-checksums
postgresql:
  listen: 0.0.0.0:5432
  connect_address: ${host.address}:5432
  data_dir: /var/lib/postgresql/15/main
  bin_dir: /usr/lib/postgresql/15/bin
  pgpass: /var/lib/postgresql/.pgpass.patroni
  authentication:
    superuser:
      username: postgres
      password: ${databasePassword}
    replication:
      username: replicator
      password: ${databasePassword}
    rewind:
      username: rewinder
      password: ${databasePassword}
  parameters:
    unix_socket_directories: /var/run/postgresql
  pg_hba:
    - local all all peer
    - host replication replicator 127.0.0.1/32 scram-sha-256
    - host replication replicator ${network.range} scram-sha-256
    - host all all 127.0.0.1/32 scram-sha-256
    - host all all ${network.range} scram-sha-256
  basebackup:
    checkpoint: fast
`;
}
