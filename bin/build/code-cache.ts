import { spawnSync } from 'node:child_process';

/** Command lines whose functions are worth having compiled at start-up. */
const usual = [['--version'], ['--help'], ['nodes', 'node[1-3],db1']];

/** Runs the usual commands once, so that each chunk they load leaves its compiled code in dist/cache. */
export async function warmCodeCache(root: string): Promise<void> {
  for (const argv of usual) {
    const { status, stderr } = spawnSync(process.execPath, [`${root}dist/muster.cjs`, ...argv], {
      env: { ...process.env, MUSTER_BUILD_CODE_CACHE: '1' },
      encoding: 'utf8',
    });
    if (status !== 0)
      throw new Error(`muster ${argv.join(' ')} ended with ${status} in the build: ${stderr}`);
  }
}
