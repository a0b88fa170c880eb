import { connect } from 'node:net';

import type { FleetHost } from '../shape.ts';
import { notYet, type NotYet } from '../wait-for.ts';

/** True when the host's sshd sends its banner. */
export function sshReady(host: FleetHost): Promise<true | NotYet> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.address, port: 22, timeout: 5000 });
    const answer = (seen: true | NotYet): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.once('data', () => answer(true));
    socket.once('error', (error) => answer(notYet(error.message)));
    socket.once('timeout', () => answer(notYet(`sshd of ${host.name} is silent`)));
    socket.once('end', () => answer(notYet(`sshd of ${host.name} hangs up`)));
  });
}
