import { Duplex } from 'node:stream';
import {
  agentRefused,
  ChannelFailure,
  type CommandChannel,
  type Link,
  type SessionExtras,
  windowIgnored,
} from './link.ts';
import type { MuxChannel } from './mux-channel.ts';
import type { MuxConnection } from './mux-connection.ts';

/** What a pseudo-terminal is asked for with: the usual size, no modes (RFC 4254, 6.2 and 8). */
const terminalOf = ['vt100', 80, 24, 0, 0, '\0'] as const;

/** A connection through a master. `destroy` must end the master too. */
export function muxLink(mux: MuxConnection, session: SessionExtras, destroy: () => void): Link {
  mux.onWindowIgnored(() => session.onNotice(windowIgnored));
  let agentAsked = false;
  /** Once for a connection, as the server's answer holds for all of it; the ssh program serves what comes of it. */
  const forwardAgent = async (channel: MuxChannel): Promise<void> => {
    if (agentAsked || session.agent() === undefined) return;
    agentAsked = true;
    if (!(await channel.request('auth-agent-req@openssh.com'))) session.onNotice(agentRefused);
  };
  const forward = async (type: string, ...target: readonly (string | number)[]): Promise<Duplex> =>
    duplexOf(await mux.open(type, ...target));
  return {
    closed: mux.closed,
    isOpen: () => mux.isOpen(),
    destroy,
    async start(command, pty) {
      const channel = await mux.open('session');
      for (const [name, value] of Object.entries(session.environment)) channel.tell('env', name, value);
      await forwardAgent(channel);
      if (pty && !(await channel.request('pty-req', ...terminalOf))) {
        channel.close();
        throw new ChannelFailure('the server gives no pseudo-terminal', false);
      }
      const taken = await (command === '' ? channel.request('shell') : channel.request('exec', command));
      if (taken) return commandChannel(channel);
      channel.close();
      throw new ChannelFailure('the server refuses to run the command', true);
    },
    async subsystem(name) {
      const channel = await mux.open('session');
      if (await channel.request('subsystem', name)) return duplexOf(channel);
      channel.close();
      throw new ChannelFailure(`the server starts no ${name}`, true);
    },
    // the last two name who asks, as a TCP forwarding does (RFC 4254, 7.2)
    forward: (host, port) => forward('direct-tcpip', host, port, '127.0.0.1', 0),
    // OpenSSH's PROTOCOL, section 2.4
    forwardSocket: (path) => forward('direct-streamlocal@openssh.com', path, '', 0),
  };
}

function commandChannel(channel: MuxChannel): CommandChannel {
  return { ...channel, signal: (name) => channel.tell('signal', name) };
}

function duplexOf(channel: MuxChannel): Duplex {
  channel.stderr.resume();
  const stream = Duplex.from({ readable: channel.stdout, writable: channel.stdin });
  stream.on('error', () => {});
  stream.once('close', () => channel.close());
  void channel.closed.then(() => stream.destroy());
  return stream;
}
