import { readdir, writeFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';
import { musterPlugin } from '../../src/cli/oclif-plugin.ts';
import { readPackageInfo } from '../../src/cli/package-info.ts';
import { programPart, programParts } from '../../src/patroni/program-source.ts';
import { collectorPart, collectorParts } from '../../src/versions/collector-source.ts';
import { lazyOclif } from './lazy-oclif.ts';
import { leanSsh2 } from './lean-ssh2.ts';
import { asFactory } from './packs.ts';

/**
 * Bundles src/main.ts into `folder` and returns the chunk files.
 * Two passes: esbuild splits only ES modules, V8's code cache is only to be had for scripts. So the first pass splits,
 * the second turns each chunk into CommonJS.
 */
export async function bundle(root: string, folder: string): Promise<string[]> {
  const split = await build({
    absWorkingDir: root,
    entryPoints: { main: 'src/main.ts' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    treeShaking: true,
    external: ['*.node', 'pg-native'],
    inject: ['bin/build/clock.ts'],
    define: { 'performance.now': 'monotonicNow' },
    plugins: [await inlinedFacts(root), lazyOclif(), leanSsh2()],
    write: false,
    logLevel: 'warning',
    logOverride,
  });
  for (const file of split.outputFiles) {
    const name = file.path.slice(folder.length + 1);
    const chunk = await build({
      stdin: { contents: file.text, loader: 'js', sourcefile: name },
      bundle: false,
      format: 'cjs',
      platform: 'node',
      target: 'node22',
      minify: true,
      charset: 'ascii',
      supported: { 'dynamic-import': false },
      define: { 'import.meta.dirname': '__dirname' },
      write: false,
      logLevel: 'warning',
      logOverride,
    });
    const asNamespace = onlyDefault.test(file.text) ? spreadDefault : '';
    await writeFile(`${folder}/${name}`, asFactory(chunk.outputFiles[0]!.text + asNamespace));
  }
  await buildKeyWorker(root, folder);
  return readdir(folder);
}

/** A program of its own, for a worker thread: beside the folder of chunks, which the code cache is made of. */
async function buildKeyWorker(root: string, folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/ssh/key-worker.ts'],
    outfile: `${folder}/../key-worker.cjs`,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    minify: true,
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** A slip in asn1, which ssh2 brings along, in code that is never reached. */
const logOverride = { 'suspicious-boolean-not': 'silent' } as const;

/** A lazily imported CommonJS package becomes a chunk that exports `default` alone; Node.js itself would also give its names. */
const onlyDefault = /export default \w+\(\);\s*$/;
const spreadDefault =
  ';{let d=module.exports.default,e={__esModule:true,default:d};for(let k of Object.keys(d))k in e||Object.defineProperty(e,k,{enumerable:true,get:()=>d[k]});module.exports=e}';

/** Replaces the modules that read files of the package and load all commands by their results. */
async function inlinedFacts(root: string): Promise<Plugin> {
  const plugin = await musterPlugin(root);
  const manifest = JSON.stringify(JSON.stringify(plugin.manifest));
  const info = JSON.stringify(readPackageInfo());
  const program = JSON.stringify(Object.fromEntries(programParts.map((part) => [part, programPart(part)])));
  const collector = JSON.stringify(
    Object.fromEntries(collectorParts.map((part) => [part, collectorPart(part)])),
  );
  return {
    name: 'inlined-facts',
    setup(setup) {
      setup.onLoad({ filter: /src\/cli\/manifest\.ts$/ }, () => ({
        contents: `export const builtInManifest = () => JSON.parse(${manifest});`,
      }));
      setup.onLoad({ filter: /src\/ssh\/key-worker-file\.ts$/ }, () => ({
        contents: `export const keyWorkerFile = () => import.meta.dirname + '/../key-worker.cjs';`,
      }));
      setup.onLoad({ filter: /src\/cli\/package-info\.ts$/ }, () => ({
        contents: `export const readPackageInfo = () => (${info});`,
      }));
      setup.onLoad({ filter: /src\/versions\/collector-source\.ts$/ }, () => ({
        contents: `const texts = ${collector}; export const collectorPart = (part) => texts[part];`,
      }));
      setup.onLoad({ filter: /src\/patroni\/program-source\.ts$/ }, () => ({
        contents: `const texts = ${program}; export const programParts = Object.keys(texts); export const programPart = (part) => texts[part];`,
      }));
    },
  };
}
