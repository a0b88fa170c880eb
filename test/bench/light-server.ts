// A server that costs next to nothing, so that the machine is the client's: two processes on one port that speak SSH
// and start no command. `bin/node test/bench/light-server.ts PORT HOST-KEY-FILE`; ready when it prints a line.
import cluster from 'node:cluster';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import ssh2 from 'ssh2';

const [port = '', keyFile = ''] = process.argv.slice(2);

if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', () => {
    listening += 1;
    if (listening === 2) process.stdout.write('ready\n');
  });
  cluster.fork();
  cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill();
    process.exitCode = 0;
    cluster.disconnect();
  });
} else {
  const sshServer = new ssh2.Server({ hostKeys: [readFileSync(keyFile)] }, (connection) => {
    connection.on('error', () => {});
    connection.on('authentication', (context) => {
      if (context.method === 'publickey') context.accept();
      else context.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      accept().on('exec', (acceptExec) => {
        const channel = acceptExec();
        channel.write('6.1.0-50-amd64\n');
        channel.exit(0);
        channel.end();
      });
    });
  });
  createServer({ noDelay: true }, (socket) => sshServer.injectSocket(socket)).listen(
    Number(port),
    '0.0.0.0',
    4096,
  );
}
