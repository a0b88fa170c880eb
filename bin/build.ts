// Builds dist/: a minified bundle in lazily loaded CommonJS chunks, and V8's code cache for the Node.js that comes along.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from './build/bundle.ts';
import { runUsualCommands } from './build/code-cache.ts';
import { packChunks } from './build/packs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist`;

await rm(dist, { recursive: true, force: true });
await mkdir(`${dist}/lib`, { recursive: true });
await bundle(root, `${dist}/lib`);

const loader = await readFile(`${root}bin/build/loader.cjs`, 'utf8');
const writeLoader = async (packs: Readonly<Record<string, string>>): Promise<void> => {
  const buildId = createHash('sha256');
  for (const file of (await readdir(`${dist}/lib`)).toSorted()) {
    buildId.update(await readFile(`${dist}/lib/${file}`));
  }
  const text = loader
    .replace('__PACKS__', JSON.stringify(packs))
    .replace('__BUILD_ID__', buildId.digest('hex').slice(0, 12));
  await writeFile(`${dist}/muster.cjs`, text);
};

const record = `${dist}/record`;
await writeLoader({});
await runUsualCommands(root, { MUSTER_BUILD_RECORD: record });
await writeLoader(await packChunks(`${dist}/lib`, await readFile(record, 'utf8')));
await rm(record);
await runUsualCommands(root, { MUSTER_BUILD_CODE_CACHE: '1' });
