import { run } from '@oclif/core/run';
import { normalizeArgv } from './argv.ts';
import { musterPlugin } from './oclif-plugin.ts';

/** Finds the command a command line means and runs it through oclif. */
export async function dispatch(argv: readonly string[]): Promise<void> {
  const plugin = await musterPlugin(import.meta.dirname);
  await run(normalizeArgv(argv, plugin.manifest.commands), {
    root: plugin.root,
    pjson: plugin.pjson,
    plugins: new Map([[plugin.name, plugin]]),
  });
}
