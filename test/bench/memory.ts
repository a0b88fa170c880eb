// Shows the peak memory of `muster run` against a private sshd, and ends with 1 when a case is over its limit:
//   bin/node test/bench/memory.ts [ROUNDS]
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startSshd } from '../support/sshd.ts';

const limitMB = 150;
const rounds = Number(process.argv[2] ?? 5);
const muster = fileURLToPath(new URL('../../bin/muster', import.meta.url));
const measureScript = fileURLToPath(new URL('measure.py', import.meta.url));
const ask = promisify(execFile);

const line = 'a line of log, of the length that lines of log have, that is to say of about eighty characters';
const cases = [
  { name: '1 node × 1 GB, by lines', args: ['-nw', 'n1', `yes '${line}' | head -c 1000000000`] },
  { name: '1 node × 1 GB, one line without end', args: ['-nw', 'n1', 'head -c 1000000000 /dev/zero'] },
  { name: '500 nodes × one line', args: ['-nw', 'n[1-500]', 'echo one line'] },
  { name: '500 nodes × one line, gathered', args: ['-bnw', 'n[1-500]', 'echo one line'] },
];

const sshd = await startSshd({ nodes: 500 });
try {
  console.log('| case | peak MB, each round | CPU s, least |');
  console.log('|---|---|---|');
  for (const { name, args } of cases) {
    const peaks: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { stdout } = await ask('/usr/bin/python3', [measureScript, '/dev/null', muster, ...args], {
        env: { ...process.env, ...sshd.env },
      });
      const [seconds = 0, peakKiB = 0, status = -1] = stdout.split(' ').map(Number);
      if (status !== 0) throw new Error(`${name}: muster ended with ${status}`);
      peaks.push((peakKiB * 1024) / 1e6);
      cpu.push(seconds);
    }
    console.log(
      `| ${name} | ${peaks.map((peak) => peak.toFixed(0)).join(', ')} | ${Math.min(...cpu).toFixed(1)} |`,
    );
    if (Math.max(...peaks) >= limitMB) process.exitCode = 1;
  }
} finally {
  await sshd.stop();
}
