import { dispatch } from '../cli/dispatch.ts';
import { startDemoFleet, type DemoFleet } from '../demo/fleet.ts';
import { tour } from '../demo/tour.ts';
import { ExitCode } from '../errors.ts';
import { shellQuote } from '../fanout/shell-quote.ts';

const ownHosts = `
To use muster on your own hosts:
  muster -bw node1,node2,node3 uname -r     any host ssh can reach: ~/.ssh/config and known_hosts are honoured
  muster -bw @mygroup                       groups come from ClusterShell's files, or ~/.config/muster/groups.conf
`;

/** Starts the demo fleet and opens the shell on it, or gives the tour. The fleet ends with this process. */
export async function runDemo(options: { tour: boolean }): Promise<number> {
  const fleet = await startDemoFleet();
  pointAt(fleet);
  try {
    return !options.tour && process.stdin.isTTY ? await openDemoShell(fleet) : await giveTour();
  } finally {
    await fleet.stop();
  }
}

/** From here on this process sees the demo's groups, hosts and journal, and none of the user's. */
function pointAt(fleet: DemoFleet): void {
  process.env['CLUSTERSHELL_CFGDIR'] = fleet.configFolder;
  process.env['MUSTER_SSH_CONFIG'] = fleet.sshConfigPath;
  process.env['XDG_STATE_HOME'] = `${fleet.folder}/state`;
  process.env['XDG_CONFIG_HOME'] = `${fleet.folder}/config`;
}

async function openDemoShell(fleet: DemoFleet): Promise<number> {
  process.stdout
    .write(`This is a demo: ${fleet.nodes.length} nodes inside this process, nothing outside is touched.
Try:  psql -c 'show server_version;'    sudo apt-get upgrade -y    uname -r    :help
While it is open, other terminals reach it too, also with clush and ssh -F:
  export CLUSTERSHELL_CFGDIR=${fleet.configFolder} MUSTER_SSH_CONFIG=${fleet.sshConfigPath}

`);
  await dispatch(['-bw', '@patroni']);
  process.stdout.write(ownHosts);
  return numericExitCode();
}

async function giveTour(): Promise<number> {
  process.stdout.write('This is a demo: the nodes live inside this process, nothing outside is touched.\n');
  for (const { say, argv } of tour) {
    process.stdout.write(`\n# ${say}\n$ ${argv.map(showWord).join(' ')}\n`);
    // Standard input is nobody's here: the tour must not wait for it.
    await dispatch(argv[1]!.startsWith('-') ? ['-n', ...argv.slice(1)] : argv.slice(1));
    const status = numericExitCode();
    if (status !== ExitCode.ok) process.stdout.write(`(exit status ${status})\n`);
    process.exitCode = ExitCode.ok;
  }
  process.stdout.write(ownHosts);
  return ExitCode.ok;
}

function numericExitCode(): number {
  return Number(process.exitCode ?? ExitCode.ok);
}

/** A word as one would type it. */
function showWord(word: string): string {
  return /^[\w@:,./=+%-]+$/.test(word) ? word : shellQuote(word);
}
