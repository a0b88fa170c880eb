import { reportError } from './cli/report-error.ts';
import { readPackageInfo } from './cli/package-info.ts';
import { useThreads } from './session/thread-pool.ts';

/** All is said: nothing waits for name servers that were given up. */
async function leaveNameServers(): Promise<void> {
  const { asksNameServers, leaveNow } = await import('./session/leave.ts');
  if (asksNameServers()) leaveNow(Number(process.exitCode ?? 0));
}

/**
 * The program: a command line in, output and an exit status out.
 * Sets `process.exitCode`; the process ends by itself when nothing is left to do.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // Half of these threads may ask for names; the usual 4 would ask for two at a time.
  useThreads(16);
  const { version } = readPackageInfo();
  // Also `muster run --version`: an alias of clush, nodeset or clubak asks that way.
  if (argv.at(-1) === '--version' && argv.length <= 2) {
    process.stdout.write(`muster ${version} (Node.js ${process.versions.node})\n`);
    return;
  }
  try {
    const { dispatch } = await import('./cli/dispatch.ts');
    await dispatch(argv);
    await leaveNameServers();
  } catch (error) {
    const report = reportError(error, version);
    process.stderr.write(report.text);
    process.exitCode = report.exitCode;
  }
}
