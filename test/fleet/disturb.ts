import type { Fleet } from './controller.ts';
import { notYet, waitFor } from './wait-for.ts';

/** Stops the process that replays WAL on a replica, which streams on, and writes until it is more than 16 MB behind. */
export async function stopReplay(fleet: Fleet, replica: string, leader: string): Promise<void> {
  await fleet.exec(replica, `kill -STOP $(${replayProcess})`);
  await fleet.sql(
    leader,
    "create table bulk as select repeat('x', 1000) from generate_series(1, 20000); drop table bulk",
  );
  await waitFor(`${replica} lags`, { within: 30_000 }, async () => {
    const behind = await fleet.sql(
      leader,
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) from pg_stat_replication where application_name = '${replica}'`,
    );
    return Number(behind) > 17 * 1024 ** 2 || notYet(`${behind} bytes`);
  });
}

export async function goOnReplaying(fleet: Fleet, replica: string): Promise<void> {
  await fleet.exec(replica, `kill -CONT $(${replayProcess})`);
}

const replayProcess = 'pgrep -f "[:] startup "';

/** Makes the archive command fail, and waits until the server says so. */
export async function breakArchiving(fleet: Fleet, leader: string): Promise<void> {
  await setArchiving(fleet, leader, '/bin/false');
}

export async function mendArchiving(fleet: Fleet, leader: string): Promise<void> {
  await setArchiving(fleet, leader, '/bin/true');
}

async function setArchiving(
  fleet: Fleet,
  leader: string,
  command: '/bin/true' | '/bin/false',
): Promise<void> {
  await fleet.patroniRest(leader, '/config', {
    method: 'PATCH',
    body: { postgresql: { parameters: { archive_command: command } } },
  });
  await waitFor(`archiving by ${command}`, { within: 90_000, every: 1000 }, async () => {
    // The archiver looks only when a segment is full, or after a minute.
    await fleet.sql(leader, 'create table w(); drop table w; select pg_switch_wal()');
    const fails = await fleet.sql(
      leader,
      "select coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) from pg_stat_archiver",
    );
    return (fails === 't') === (command === '/bin/false') || notYet(`it fails: ${fails}`);
  });
}
