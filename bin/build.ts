// Builds dist/: a minified bundle in lazily loaded CommonJS chunks, and V8's code cache for the Node.js that comes along.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from './build/bundle.ts';
import { warmCodeCache } from './build/code-cache.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = `${root}dist`;

await rm(dist, { recursive: true, force: true });
await mkdir(`${dist}/lib`, { recursive: true });
const files = await bundle(root, `${dist}/lib`);

const buildId = createHash('sha256');
for (const file of files.toSorted()) buildId.update(await readFile(`${dist}/lib/${file}`));
const loader = await readFile(`${root}bin/build/loader.cjs`, 'utf8');
await writeFile(`${dist}/muster.cjs`, loader.replace('__BUILD_ID__', buildId.digest('hex').slice(0, 12)));
await warmCodeCache(root);
