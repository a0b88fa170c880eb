import { readdirSync } from 'node:fs';
import { createSshExecutor } from '../../src/ssh/executor.ts';

/**
 * `soak-client.ts SSH_CONFIG HOME MINUTES`: commands on kept connections to `steady` and `flapping`, again and again; each
 * second a line of JSON with memory, open files and what came of the commands.
 */
const [configFile, home, minutes] = process.argv.slice(2);
const executor = createSshExecutor({
  env: {},
  home: home!,
  localUser: 'nobody',
  configFile: configFile!,
  keepOpen: true,
  connectTimeoutMs: 5000,
});
const counts: Record<string, number> = {};
const end = performance.now() + Number(minutes) * 60_000;
let toldAt = 0;
while (performance.now() < end) {
  const outcomes = await Promise.all(
    ['steady', 'flapping'].map(async (node) => {
      const outcome = await executor.execute(
        node,
        { command: 'head -c 100000 /dev/zero' },
        { write: () => {} },
        new AbortController().signal,
      );
      return `${node} ${outcome.kind}`;
    }),
  );
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  if (performance.now() - toldAt > 1000) {
    toldAt = performance.now();
    const files = readdirSync('/proc/self/fd').length;
    process.stdout.write(`${JSON.stringify({ rss: process.memoryUsage.rss(), files, counts })}\n`);
  }
}
await executor.close();
