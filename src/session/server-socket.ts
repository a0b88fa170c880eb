import type { Duplex } from 'node:stream';
import { execBridge } from '../sql/exec-bridge.ts';
import { socketCommand } from '../sql/socket-command.ts';
import type { ServerSocket } from '../versions/sql-executor.ts';
import type { RunExecutor } from './open-session.ts';

/**
 * A server's socket on a node, as its owner: forwarded by the node's sshd when the login is the owner, else (or when sshd
 * forwards no sockets) through a command there.
 */
export async function openServerSocket(
  executor: RunExecutor,
  { node, path, owner }: ServerSocket,
  signal: AbortSignal,
): Promise<Duplex> {
  if (executor.openSocket !== undefined && (await executor.describe?.(node))?.user === owner) {
    try {
      return await executor.openSocket(node, path, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
    }
  }
  return execBridge(executor, node, socketCommand(owner, path), signal);
}
