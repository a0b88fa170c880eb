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
  'protocol/zlib.js': {
    'const ZlibHandle = createInflate()._handle.constructor;':
      'let Handle; const ZlibHandle = function (mode) { Handle ??= createInflate()._handle.constructor; return new Handle(mode); };',
  },
};
