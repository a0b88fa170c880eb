import { enterHost } from '../host/enter.ts';
import { runProgram } from '../program.ts';
import type { FleetHost, PlainCluster } from '../shape.ts';
import { notYet, type NotYet, waitFor } from '../wait-for.ts';

/** What a server of Debian's own says, past the network; undefined when it does not answer. */
async function serverState(host: FleetHost): Promise<{ primary: boolean; streams: boolean } | undefined> {
  const statement =
    "select not pg_is_in_recovery(), exists (select from pg_stat_wal_receiver where status = 'streaming')";
  const psql = `cd / && exec runuser -u postgres -- psql -XAtq -c "${statement}"`;
  // A host that is just booting cannot be entered yet.
  const [program, ...args] = await enterHost(host.name, psql).catch(() => []);
  if (program === undefined) return undefined;
  const { code, stdout } = await runProgram(program, args);
  const [primary, streams] = stdout.trim().split('|');
  return code === 0 ? { primary: primary === 't', streams: streams === 't' } : undefined;
}

/** The primary's name when one server takes writes and all others stream. */
export async function plainHealth({ name, members }: PlainCluster): Promise<string | NotYet> {
  const states = await Promise.all(members.map((member) => serverState(member)));
  const silent = members.filter((_, index) => states[index] === undefined);
  if (silent.length > 0) return notYet(`${silent.map((host) => host.name).join(' ')} does not answer`);
  const primaries = members.filter((_, index) => states[index]!.primary);
  if (primaries.length !== 1) return notYet(`plain ${name} has ${primaries.length} primaries`);
  const away = members.filter((_, index) => !states[index]!.primary && !states[index]!.streams);
  return away.length === 0
    ? primaries[0]!.name
    : notYet(`${away.map((host) => host.name).join(' ')} does not stream`);
}

/** Waits until the cluster is healthy; answers its primary. */
export function waitForPlain(cluster: PlainCluster, within = 60_000): Promise<string> {
  return waitFor(`plain ${cluster.name} is healthy`, { within }, () => plainHealth(cluster));
}
