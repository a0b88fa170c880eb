import { ConnectFailure } from './connect-failure.ts';
import { createSlots, type Slots } from './slots.ts';
import type { Link } from './link.ts';

/** A node's connection while commands run on it. */
export interface LeasedLink {
  readonly link: Link;
  readonly slots: Slots;
  /** Must be called once, when the command is over. */
  release(): void;
}

/** One connection a node, shared by all commands that run there at the same time. */
export interface NodeLinks {
  /** Connects, or uses the connection there is. Rejects with what `connect` rejects with, or the signal's reason. */
  lease(node: string, signal: AbortSignal): Promise<LeasedLink>;
  connected(): readonly string[];
  disconnect(node: string): void;
  close(): void;
}

/** sshd opens 10 sessions a connection (MaxSessions) and frees one a little after its end. */
const sessionsPerLink = 8;

interface Entry {
  readonly connecting: Promise<Link>;
  /** Ends the attempt when nobody waits for it any more. */
  readonly abort: AbortController;
  readonly slots: Slots;
  link: Link | undefined;
  users: number;
}

export function createNodeLinks(
  connect: (node: string, signal: AbortSignal) => Promise<Link>,
  keepOpen: boolean,
  maxOpen = Infinity,
): NodeLinks {
  const entries = new Map<string, Entry>();

  /** Kept connections must not use up the files a process may open: the one that was made first goes. */
  const makeRoom = (): void => {
    if (entries.size < maxOpen) return;
    const idle = [...entries].find(([, { users }]) => users === 0);
    if (idle !== undefined) end(...idle);
  };

  const enter = (node: string): Entry => {
    const old = entries.get(node);
    const usable = old?.abort.signal.aborted === false && (old.link === undefined || old.link.isOpen());
    if (usable) return old;
    makeRoom();
    const abort = new AbortController();
    const connecting = connect(node, abort.signal);
    const entry: Entry = {
      connecting,
      abort,
      slots: createSlots(sessionsPerLink),
      link: undefined,
      users: 0,
    };
    entries.set(node, entry);
    const forget = (): void => {
      if (entries.get(node) === entry) entries.delete(node);
    };
    connecting.then((link) => {
      entry.link = link;
      if (abort.signal.aborted) link.destroy();
      void link.closed.then(forget);
    }, forget);
    return entry;
  };
  const leave = (node: string, entry: Entry): void => {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (entry.link === undefined) entry.abort.abort(new Error('nobody waits for this connection'));
    else if (!keepOpen) end(node, entry);
  };
  const end = (node: string, entry: Entry): void => {
    if (entries.get(node) === entry) entries.delete(node);
    // Whoever still waits for it is told as of any node that cannot be reached: nothing was begun there.
    entry.abort.abort(new ConnectFailure('connect', 'closed', 'the connection was closed here'));
    entry.link?.destroy();
  };

  return {
    async lease(node, signal) {
      signal.throwIfAborted();
      const entry = enter(node);
      entry.users += 1;
      const { promise, reject } = Promise.withResolvers<never>();
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        const link = await Promise.race([entry.connecting, promise]);
        let left = false;
        return {
          link,
          slots: entry.slots,
          release() {
            if (left) return;
            left = true;
            leave(node, entry);
          },
        };
      } catch (error) {
        leave(node, entry);
        throw error;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    connected: () => [...entries].filter(([, { link }]) => link?.isOpen() === true).map(([node]) => node),
    disconnect(node) {
      const entry = entries.get(node);
      if (entry !== undefined) end(node, entry);
    },
    close() {
      for (const [node, entry] of entries) end(node, entry);
    },
  };
}
