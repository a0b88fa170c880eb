// An operator of their own: takes a lock, says what came of it, and holds it until standard input ends or it is killed.
// Arguments: ssh_config folder who node…
import { acquireLocks } from '../../../src/locks/acquire-locks.ts';
import { createSshExecutor } from '../../../src/ssh/executor.ts';
import { asHosts, forever, owner } from './lock-nodes.ts';

const [configFile = '', folder = '', who = '', ...nodes] = process.argv.slice(2);
const ssh = createSshExecutor({
  env: {},
  home: process.env['HOME'] ?? '',
  localUser: who,
  configFile,
  keepOpen: true,
});
const answer = await acquireLocks(asHosts(ssh, folder), nodes, 'pg69', owner(who), forever);
process.stdout.write(`${JSON.stringify(answer.kind === 'held' ? { kind: 'held' } : answer)}\n`);
process.stdin.resume();
process.stdin.once('end', () => {
  void (async () => {
    if (answer.kind === 'held') await answer.release();
    await ssh.close();
  })();
});
