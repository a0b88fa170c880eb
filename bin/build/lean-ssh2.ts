import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * ssh2 loads its server, key generator, HTTP agents, SFTP compression and more with every client, and tests itself
 * when it is loaded. What a connection does not need is loaded when it is used: 12 of 75 ms CPU of a one-node run.
 * Each text must be found, so that a new version fails the build instead of getting slow.
 */
export function leanSsh2(): Plugin {
  return {
    name: 'lean-ssh2',
    setup(setup) {
      // Optional native parts are never installed; without this each start of a connection searches for them.
      setup.onResolve({ filter: /cpu-features|sshcrypto\.node$/ }, ({ path }) => ({
        path,
        namespace: 'absent',
      }));
      setup.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'throw new Error("absent");' }));
      // What safer-buffer takes away from Buffer, it takes by reading all of node:buffer: Blob, File and their streams.
      setup.onResolve({ filter: /^safer-buffer$/ }, ({ path }) => ({ path, namespace: 'buffer' }));
      setup.onLoad({ filter: /.*/, namespace: 'buffer' }, () => ({
        contents: 'module.exports = require("node:buffer");',
      }));
      // asn1, for keys in PEM, states what it expects by two functions of a module that takes 1 ms to load.
      setup.onResolve({ filter: /^assert$/ }, ({ path, importer }) =>
        /node_modules\/asn1\//.test(importer) ? { path, namespace: 'asserting' } : undefined,
      );
      setup.onLoad({ filter: /.*/, namespace: 'asserting' }, () => ({
        contents:
          'const ok = (is) => { if (!is) throw new Error("not as asn1 expects"); }; module.exports = { ok, equal: (a, b) => ok(a == b) };',
      }));
      setup.onLoad({ filter: /node_modules\/ssh2\/lib\/.*\.js$/ }, async ({ path }) => {
        const name = path.slice(path.indexOf('/ssh2/lib/') + '/ssh2/lib/'.length);
        let contents = await readFile(path, 'utf8');
        for (const [from, to] of Object.entries(replacements[name] ?? {})) {
          if (!contents.includes(from)) throw new Error(`ssh2 has changed: ${name} lacks ${from}`);
          contents = contents.replace(from, to);
        }
        return { contents, loader: 'js' };
      });
    },
  };
}

const replacements: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'index.js': {
    [`const {
  SSHTTPAgent: HTTPAgent,
  SSHTTPSAgent: HTTPSAgent,
} = require('./http-agents.js');
`]: '',
    '  HTTPAgent,\n  HTTPSAgent,\n': '',
    "  Server: require('./server.js'),": "  get Server() { return require('./server.js'); },",
    "    ...require('./keygen.js'),":
      "    get generateKeyPairSync() { return require('./keygen.js').generateKeyPairSync; },",
  },
  'agent.js': {
    "const { execFile, spawn } = require('child_process');":
      "const spawn = (...words) => require('child_process').spawn(...words), execFile = (...words) => require('child_process').execFile(...words);",
  },
  'client.js': {
    "const { lookup: dnsLookup } = require('dns');":
      "const dnsLookup = (...words) => require('dns').lookup(...words);",
  },
  // OpenSSL has had Ed25519 since 1.1.1; the test parses a PEM text and signs.
  'protocol/constants.js': {
    'const eddsaSupported = (() => {': 'const eddsaSupported = true; (() => () => {',
  },
  'protocol/keyParser.js': {
    "const bcrypt_pbkdf = require('bcrypt-pbkdf').pbkdf;":
      "const bcrypt_pbkdf = (...words) => require('bcrypt-pbkdf').pbkdf(...words);",
  },
  // The loader reads zlib when something of it is used: see bin/build/loader.cjs.
  'protocol/zlib.js': {
    [`const {
  createInflate,
  constants: {
    DEFLATE,
    INFLATE,
    Z_DEFAULT_CHUNK,
    Z_DEFAULT_COMPRESSION,
    Z_DEFAULT_MEMLEVEL,
    Z_DEFAULT_STRATEGY,
    Z_DEFAULT_WINDOWBITS,
    Z_PARTIAL_FLUSH,
  }
} = require('zlib');
const ZlibHandle = createInflate()._handle.constructor;`]: `const zlib = require('zlib');
let Handle; const ZlibHandle = function (mode) { Handle ??= zlib.createInflate()._handle.constructor; return new Handle(mode); };`,
    ...Object.fromEntries(
      [
        '= Z_DEFAULT_WINDOWBITS',
        '= Z_DEFAULT_COMPRESSION',
        '= Z_DEFAULT_MEMLEVEL',
        '= Z_DEFAULT_STRATEGY',
        '= Z_DEFAULT_CHUNK',
        'writeSync(Z_PARTIAL_FLUSH',
        'new Zlib(DEFLATE',
        'new Zlib(INFLATE',
      ].map((text) => [text, text.replace(/\w+$/, 'zlib.constants.$&')]),
    ),
  },
};
