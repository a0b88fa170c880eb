'use strict';
// Starts muster: loads the bundled chunks through V8's code cache, so that nothing is compiled at start-up.
// The cache for the Node.js that comes along is made by the build; another Node.js makes its own on first use.
const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  fs.writeSync(2, `muster: needs Node.js 22.18 or newer, this is ${process.versions.node}\n`);
  process.exit(2);
}

const folder = path.join(__dirname, 'lib');
const version = `${process.version}-${process.arch}`;
const shipped = path.join(__dirname, 'cache', version);
/** Which file holds a chunk: those that usual commands load together are in one, see build/packs.ts. */
const packs = JSON.parse('__PACKS__');
const opened = new Map();
const chunks = new Map();
const scripts = new Map();
let stale = false;

function own() {
  const base = process.env.XDG_CACHE_HOME || (process.env.HOME && path.join(process.env.HOME, '.cache'));
  return base && path.join(base, 'muster', '__BUILD_ID__', version);
}

function readCache(name) {
  for (const place of [shipped, fs.existsSync(shipped) ? undefined : own()]) {
    if (place === undefined) continue;
    try {
      return fs.readFileSync(path.join(place, name));
    } catch {
      // not made yet: compiled below
    }
  }
  return undefined;
}

/** Runs one file of dist/lib through its code cache: a pack of chunks, or a chunk alone. */
function runScript(name) {
  const filename = path.join(folder, name);
  const cachedData = readCache(name);
  // esbuild's output is ASCII: latin1 is the cheapest way to read it.
  const script = new vm.Script(fs.readFileSync(filename, 'latin1'), {
    filename,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  scripts.set(name, script);
  if (cachedData === undefined || script.cachedDataRejected) stale = true;
  return script.runInThisContext();
}

function factoryOf(name) {
  const pack = packs[name];
  if (pack === undefined) return runScript(name);
  let factories = opened.get(pack);
  if (factories === undefined) {
    factories = runScript(pack);
    opened.set(pack, factories);
  }
  return factories[name];
}

/** Parts of Node.js that a usual run names but seldom uses: each costs a start 1 to 2 ms, and is loaded when it is used. */
const seldom = new Set([
  'assert',
  'dns/promises',
  'fs/promises',
  'timers/promises',
  'worker_threads',
  'zlib',
]);
const builtIns = new Map();

function builtIn(id) {
  const name = id.startsWith('node:') ? id.slice(5) : id;
  if (!seldom.has(name)) return require(id);
  let stand = builtIns.get(name);
  if (stand === undefined) {
    stand = new Proxy(Object, {
      get: (_, key) => require(name)[key],
      has: (_, key) => key in require(name),
      apply: (_, self, words) => Reflect.apply(require(name), self, words),
    });
    builtIns.set(name, stand);
  }
  return stand;
}

function load(name) {
  const known = chunks.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} };
  chunks.set(name, module);
  const requireHere = (id) => (id.startsWith('./') ? load(id.slice(2)) : builtIn(id));
  factoryOf(name)(module.exports, requireHere, module, path.join(folder, name), folder);
  return module.exports;
}

/** Written after the run, so that it also holds the functions that were compiled lazily during it. */
function saveCache(place) {
  try {
    fs.mkdirSync(place, { recursive: true });
    for (const [name, script] of scripts) {
      const temporary = path.join(place, `.${name}.${process.pid}`);
      fs.writeFileSync(temporary, script.createCachedData());
      fs.renameSync(temporary, path.join(place, name));
    }
  } catch {
    // A cache that cannot be written costs time at the next start, nothing else.
  }
}

process.once('exit', () => {
  if (process.env.MUSTER_BUILD_RECORD !== undefined) {
    fs.appendFileSync(process.env.MUSTER_BUILD_RECORD, `${[...chunks.keys()].join(' ')}\n`);
    return;
  }
  if (process.env.MUSTER_BUILD_CODE_CACHE !== undefined) saveCache(shipped);
  else if (stale && !fs.existsSync(shipped) && own() !== undefined) saveCache(own());
});

load('main.js').main(process.argv.slice(2));
