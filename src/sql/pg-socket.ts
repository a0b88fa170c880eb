import { Duplex } from 'node:stream';

/**
 * A stream as `pg` wants its sockets: what a connection over SSH has not, it has by name only, and the far end is
 * opened when `pg` connects. Give it as `stream: () => pgSocket(open)`.
 */
export function pgSocket(open: () => Promise<Duplex>): Duplex {
  let far: Duplex | undefined;
  const socket: Duplex = new Duplex({
    read() {
      far?.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      if (far === undefined) done(new Error('not connected'));
      else far.write(chunk, done);
    },
    final(done) {
      // a channel that is gone would never call back
      far?.end();
      done();
    },
    destroy(error, done) {
      far?.destroy();
      done(error);
    },
  });
  const follow = (opened: Duplex): void => {
    if (socket.destroyed) {
      opened.destroy();
      return;
    }
    far = opened;
    opened.on('data', (chunk: Buffer) => {
      if (!socket.push(chunk)) opened.pause();
    });
    opened.once('end', () => socket.push(null));
    opened.on('error', (error) => socket.destroy(error));
    opened.once('close', () => socket.destroy());
    socket.emit('connect');
  };
  const itself = (): Duplex => socket;
  return Object.assign(socket, {
    connect() {
      open().then(follow, (error: Error) => socket.destroy(error));
      return socket;
    },
    setNoDelay: itself,
    setKeepAlive: itself,
    ref: itself,
    unref: itself,
  });
}
