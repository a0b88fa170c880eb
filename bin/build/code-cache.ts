import { spawn } from 'node:child_process';
import { startDemoFleet } from '../../src/demo/fleet.ts';

/** Command lines whose functions are worth having compiled at start-up; the last runs give all chunks their final cache. */
const usual = [
  ['--help'],
  ['run', '--help'],
  ['nodes', '-f', 'node[1-3],db1'],
  ['-bw', '@patroni', 'uname -r'],
  ['-w', 'node1', 'uname -r'],
  ['--version'],
];

/**
 * Runs the usual commands once, on a demo fleet.
 * @param env MUSTER_BUILD_CODE_CACHE=1: each file they load leaves its compiled code in dist/cache;
 * MUSTER_BUILD_RECORD=FILE: each adds a line with the chunks it loaded
 */
export async function runUsualCommands(root: string, env: Readonly<Record<string, string>>): Promise<void> {
  const fleet = await startDemoFleet();
  try {
    for (const argv of usual) {
      await runBuilt(root, argv, {
        ...env,
        MUSTER_SSH_CONFIG: fleet.sshConfigPath,
        CLUSTERSHELL_CFGDIR: fleet.configFolder,
        HOME: fleet.folder,
        XDG_STATE_HOME: `${fleet.folder}/state`,
        XDG_CONFIG_HOME: `${fleet.folder}/config`,
      });
    }
  } finally {
    await fleet.stop();
  }
}

/** Not spawnSync: the fleet's servers are in this process. */
function runBuilt(root: string, argv: readonly string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${root}dist/muster.cjs`, ...argv], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`muster ${argv.join(' ')} ended with ${code} in the build: ${said}`));
    });
  });
}
