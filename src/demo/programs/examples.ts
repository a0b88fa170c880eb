import type { ProgramContext } from '../sh/shell.ts';

/** `failing`: says why on standard error and exits 3. */
export async function failing({ stderr, stdout }: ProgramContext): Promise<number> {
  await stdout.write('checking the data folder\n');
  await stderr.write('failing: the data folder is not empty\n');
  return 3;
}

/** `slow [seconds]`: a line of progress each second, default 5. */
export async function slow({ args, stdout, job }: ProgramContext): Promise<number> {
  const seconds = Number(args[0] ?? '5') || 0;
  for (let second = 1; second <= seconds; second += 1) {
    await job.sleep(1000);
    await stdout.write(`step ${second} of ${seconds}\n`);
  }
  if (!Number.isInteger(seconds)) {
    await job.sleep((seconds % 1) * 1000);
  }
  await stdout.write('done\n');
  return 0;
}

/** `chatter [lines]`: very many lines, default 100000; 69 bytes each, numbered, the same on every node. */
export async function chatter({ args, stdout, job }: ProgramContext): Promise<number> {
  const count = args[0] === undefined ? 100_000 : Number(args[0]);
  const tail = ' the quick brown fox jumps over the lazy dog and is home for tea\n'.slice(-61);
  for (let line = 1; line <= count;) {
    let text = '';
    for (const end = Math.min(count, line + 499); line <= end; line += 1) {
      text += String(line).padStart(8) + tail;
    }
    await job.checkpoint();
    await stdout.write(text);
  }
  return 0;
}

/** `yes [text]`: for ever. */
export async function yes({ args, stdout, job }: ProgramContext): Promise<number> {
  const text = `${args.length === 0 ? 'y' : args.join(' ')}\n`.repeat(512);
  for (;;) {
    await job.checkpoint();
    await stdout.write(text);
  }
}

/** `help`: what a node of the demo knows. */
export async function help({ stdout }: ProgramContext): Promise<number> {
  await stdout.write(helpText);
  return 0;
}

const helpText = `A node of the muster demo. It exists in memory only; this is what it knows:
  psql -c 'show server_version;'   psql -Atc 'select pg_is_in_recovery();'   patronictl list
  apt-get update|upgrade -y|install   apt list --upgradable   apt-cache policy postgresql-9.6   dpkg -l
  systemctl status|is-active|start|stop|restart patroni|haproxy   journalctl -u patroni
  uname -r   uptime   df -h   free   date   hostname   id   cat /etc/os-release
  slow 5       five seconds of work, a line each      chatter   very many lines
  failing      an error message and exit status 3     sleep 30  to try Ctrl-C and time limits
  and a small shell: pipes to grep, head, tail, wc, sort, uniq, cut, tr; variables, loops, files.
`;
