import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * oclif loads all of itself at every start (two thirds of its start-up time). The compiled files are regular, so
 * every `const x = require(…)` at their top can become a function that loads when first used.
 * The replacements are counted: when a new oclif looks different, the build fails instead of getting slow.
 */
export function lazyOclif(): Plugin {
  let lazyRequires = 0;
  return {
    name: 'lazy-oclif',
    setup(build) {
      build.onLoad({ filter: /@oclif\/core\/lib\/.*\.js$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const { text, count } = makeRequiresLazy(source);
        lazyRequires += count;
        return { contents: applyPatches(text, path), loader: 'js' };
      });
      build.onResolve({ filter: neverUsed }, ({ path }) => ({ path, namespace: 'never-used' }));
      build.onLoad({ filter: /.*/, namespace: 'never-used' }, ({ path }) => ({
        contents: stubs[path] ?? 'module.exports = {};',
        loader: 'js',
      }));
      build.onEnd(() => {
        if (lazyRequires < 200)
          throw new Error(`only ${lazyRequires} lazy requires in @oclif/core: has it changed?`);
        const missing = patches.filter((patch) => !patch.done);
        if (missing.length > 0)
          throw new Error(`@oclif/core has changed: ${missing[0]!.file} lacks ${missing[0]!.from}`);
      });
    },
  };
}

/** Packages that oclif needs only for plugins, TypeScript projects, Windows: nothing of ours reaches them. */
const neverUsed =
  /^(debug|typescript|ts-node|tinyglobby|minimatch|lilconfig|get-package-type|wsl-utils|cli-spinners|semver)$/;

const stubs: Readonly<Record<string, string>> = {
  debug: 'const off = () => {}; off.enabled = false; module.exports = () => off;',
  'wsl-utils': 'module.exports = { isWsl: false };',
  // On a terminal help makes a spinner that never turns.
  'cli-spinners': "module.exports = { dots2: { frames: ['.'] }, line: { frames: ['.'] } };",
};

const topRequire = /^const (\w+) = ((?:__importDefault\(|__importStar\()?require\("[^"]+"\)\)?);$/gm;

function makeRequiresLazy(source: string): { text: string; count: number } {
  const names: string[] = [];
  let text = source.replace(topRequire, (_all, name: string, load: string) => {
    names.push(name);
    return `let ${name}$; const ${name} = () => ${name}$ ??= ${load};`;
  });
  for (const name of names) {
    text = text.replace(new RegExp(`\\bnew ${name}\\.((?:\\w+)(?:\\.\\w+)*)`, 'g'), `new (${name}().$1)`);
    text = text.replace(new RegExp(`(?<![\\w$.])${name}(?=[.\\[])`, 'g'), `${name}()`);
    text = text.replace(new RegExp(`(?<=\\(0, )${name}(?=\\))`, 'g'), `${name}()`);
    // `const X = require('x')` used as a function itself: X(…)
    text = text.replace(new RegExp(`(?<![\\w$.] ?|const |let )${name}(?=\\((?!\\)))`, 'g'), `${name}()`);
  }
  return { text, count: names.length };
}

interface Patch {
  readonly file: RegExp;
  readonly from: string;
  readonly to: string;
  done?: boolean;
}

const patches: Patch[] = [
  // The first localeCompare of a process loads ICU's collator: 7–10 ms.
  { file: /config\/plugin\.js$/, from: 'a.id.localeCompare(b.id)', to: '(a.id < b.id ? -1 : 1)' },
  // Merely touching process.stdout costs 3 ms and makes a pipe asynchronous; output/ looks after EPIPE itself.
  { file: /core\/lib\/command\.js$/, from: "process.stdout.on('error'", to: "(() => {})('error'" },
  // No theme file: saves a thread-pool round trip.
  { file: /config\/config\.js$/, from: 'async loadTheme() {', to: 'async loadTheme() { return undefined;' },
  // Help goes through a template engine text by text (20 of 70 ms); few texts hold a template.
  {
    file: /help\/util\.js$/,
    from: 'return ejs_1().default.render(t, context);',
    to: "return t.includes('<%') ? ejs_1().default.render(t, context) : t;",
  },
  // Its own version is only shown in debug output.
  { file: /core\/lib\/cache\.js$/, from: "require('@oclif/core/package.json').version", to: "'bundled'" },
];

function applyPatches(text: string, path: string): string {
  let patched = text;
  for (const patch of patches) {
    if (!patch.file.test(path)) continue;
    if (patched.includes(patch.from)) patch.done = true;
    patched = patched.replace(patch.from, patch.to);
  }
  return patched;
}
