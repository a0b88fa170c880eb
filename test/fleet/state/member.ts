import type { FleetHost } from '../shape.ts';
import { patroniRest } from './patroni-rest.ts';

/** What a member's own Patroni says (`GET /patroni`). */
export interface MemberState {
  readonly name: string;
  readonly role: 'leader' | 'replica' | 'other';
  /** `running`; newer Patroni says `streaming` of a replica. */
  readonly state: string;
  readonly timeline: number | undefined;
  /** Of the running server, as 150018. */
  readonly serverVersion: number | undefined;
  /** On the leader: members that stream from it now. */
  readonly streaming: readonly string[];
  /** On the leader: those of them it waits for. */
  readonly sync: readonly string[];
}

interface PatroniStatus {
  readonly state: string;
  readonly role: string;
  readonly timeline?: number;
  readonly server_version?: number;
  readonly replication?: readonly { application_name: string; state: string; sync_state: string }[];
}

/** Undefined when the member's Patroni does not answer. */
export async function memberState(host: FleetHost): Promise<MemberState | undefined> {
  const answer = await patroniRest(host, '/patroni');
  // 503 while the server is away: the body is the same.
  if (answer === undefined || typeof answer.body !== 'object') {
    return undefined;
  }
  const status = answer.body as PatroniStatus;
  const replication = status.replication ?? [];
  return {
    name: host.name,
    role: roles.get(status.role) ?? 'other',
    state: status.state,
    timeline: status.timeline,
    serverVersion: status.server_version,
    streaming: replication
      .filter((link) => link.state === 'streaming')
      .map((link) => link.application_name)
      .sort(),
    sync: replication
      .filter((link) => link.sync_state === 'sync')
      .map((link) => link.application_name)
      .sort(),
  };
}

/** Patroni 3 calls its leader master here. */
const roles = new Map<string, MemberState['role']>([
  ['master', 'leader'],
  ['primary', 'leader'],
  ['replica', 'replica'],
]);
