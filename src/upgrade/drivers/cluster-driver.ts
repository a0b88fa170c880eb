import type { LookOptions, MemberLook } from '../../patroni/look-at-members.ts';
import type { RestartEnd, RestartOrder } from '../../patroni/restart.ts';
import type { SwitchoverEnd, SwitchoverOrder, SwitchoverTools } from '../../patroni/switchover.ts';
import type { ClusterView } from '../../patroni/wait-healthy.ts';
import type { StepContext } from '../../rolling/step.ts';

/**
 * What manages the servers of a cluster: how they are asked, restarted and given the leadership. Steps know nothing else of
 * it. Each act is judged by what the servers are afterwards.
 */
export interface ClusterDriver extends ClusterView {
  /** For messages: `Patroni`. */
  readonly name: string;
  look(node: string, tools: LookOptions): Promise<MemberLook>;
  /** Restarts a server once. */
  restart(order: RestartOrder, tools: SwitchoverTools, context: StepContext): Promise<RestartEnd>;
  /**
   * After a death in the middle of a restart: whether the same try may be asked for again because it is known by its id.
   * Otherwise the request itself says when it is not wanted any more.
   */
  readonly restartsById: boolean;
  /** Hands the leadership over, once. */
  switchOver(order: SwitchoverOrder, tools: SwitchoverTools, context: StepContext): Promise<SwitchoverEnd>;
  /** After a death in the middle of a switchover: what came of it; `refused`: it was not begun. */
  findSwitchover(
    order: SwitchoverOrder,
    tools: SwitchoverTools,
    context: StepContext,
  ): Promise<SwitchoverEnd>;
  /** Prints the last lines of a server's log, for `sh` as root. */
  logScript(node: string): string;
  /** Where a person looks: `journalctl -u patroni`. */
  logHint(node: string): string;
  /** How a server that is down comes back once it is mended, after `then`; undefined: by itself. */
  startHint(node: string): string | undefined;
}
