import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSshExecutor } from '../../src/ssh/executor.ts';
import { readKnownHosts } from '../../src/ssh/known-hosts-file.ts';
import { findTool } from '../support/require-tool.ts';
import { startSshd, type TestSshd } from '../support/sshd.ts';

const sshKeygen = findTool('ssh-keygen', 'openssh-client');
const ssh = findTool('ssh', 'openssh-client');
const sshd = findTool('sshd', 'openssh-server');

const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const names = [
  'a',
  'b.example.com',
  'B.example.com',
  '[a]:2222',
  '10.0.0.1',
  '[10.0.0.1]:2222',
  'web12',
  'c',
];

describe.skipIf(sshKeygen === undefined)('known_hosts, compared with ssh-keygen -F', () => {
  let folder: string;
  let hashed: Readonly<Record<string, string>>;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'known-hosts-'));
    const file = join(folder, 'to-hash');
    writeFileSync(file, names.map((name) => `${name} ${ed25519}\n`).join(''));
    execFileSync(sshKeygen!, ['-H', '-f', file], { stdio: 'ignore' });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    hashed = Object.fromEntries(names.map((name, index) => [name, lines[index]!]));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('finds the same lines for the same names in generated files', async () => {
    const plain = fc.subarray(
      [...names, '*', 'web*', 'web1?', '!a', '!web12', '*.example.com', '[a]:*', '?'],
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    const line = fc.oneof(
      { weight: 4, arbitrary: plain.map((list) => `${list.join(',')} ${ed25519} comment`) },
      { weight: 2, arbitrary: fc.constantFrom(...names).map((name) => hashed[name]!) },
      { weight: 1, arbitrary: plain.map((list) => `@revoked ${list.join(',')} ${ed25519}`) },
      { weight: 1, arbitrary: plain.map((list) => `@cert-authority ${list.join(',')}  ${ed25519}`) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          '',
          '   ',
          '# comment',
          `  a ${ed25519}`,
          'a',
          'a ssh-ed25519',
          `@nonsense a ${ed25519}`,
          `@cert-authority\ta ${ed25519}`,
          `|1|broken ${ed25519}`,
          `c ${ed25519}\r`,
        ),
      },
    );
    const files = fc.sample(fc.array(line, { minLength: 1, maxLength: 12 }), {
      numRuns: 60,
      seed: 20_261_124,
    });

    for (const [index, lines] of files.entries()) {
      const file = join(folder, `known-${index}`);
      writeFileSync(file, `${lines.join('\n')}\n`);
      const known = await readKnownHosts([file]);
      for (const name of names) {
        const ours = known.lookup(name).map((entry) => entry.line);
        expect({ lines, name, found: ours }).toEqual({ lines, name, found: askKeygen(file, name) });
      }
    }
  });

  function askKeygen(file: string, name: string): number[] {
    try {
      const text = execFileSync(sshKeygen!, ['-F', name, '-f', file], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return [...text.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
    } catch {
      return [];
    }
  }
});

describe.skipIf(ssh === undefined || sshd === undefined)('host key verdicts, compared with ssh', () => {
  let server: TestSshd;
  let file: string;
  const key = (type: string) =>
    readFileSync(join(server.folder, `host_${type}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');

  beforeAll(async () => {
    server = await startSshd({ nodes: 1 });
    file = join(server.folder, 'known_by_test');
  });
  afterAll(() => server.stop());

  const cases: Readonly<Record<string, (name: string) => string>> = {
    'an empty file': () => '',
    'the key': (name) => `${name} ${key('ed25519')}`,
    'the key of another type': (name) => `${name} ${key('rsa')}`,
    'a foreign key': (name) => `${name} ${ed25519}`,
    'a foreign key and the right one': (name) => `${name} ${ed25519}\n${name} ${key('ed25519')}`,
    'the key without the port': (name) => `${bare(name)} ${key('ed25519')}`,
    'a foreign key without the port': (name) => `${bare(name)} ${ed25519}`,
    'a foreign key with, the right one without the port': (name) =>
      `${name} ${ed25519}\n${bare(name)} ${key('ed25519')}`,
    'a pattern': () => `[127.*]:* ${key('ed25519')}`,
    'a pattern with negation': (name) => `*,!${name} ${key('ed25519')}`,
    'the key, revoked': (name) => `@revoked ${name} ${key('ed25519')}`,
    'the key, known and revoked': (name) => `${name} ${key('ed25519')}\n@revoked * ${key('ed25519')}`,
    'another key revoked': (name) => `${name} ${key('ed25519')}\n@revoked * ${ed25519}`,
    'a certificate authority': () => `@cert-authority * ${key('rsa')}`,
    'bad lines before the key': (name) =>
      `nonsense\n${name} ssh-ed25519 !!\n@what ${name} ${ed25519}\n${name} ${key('ed25519')}`,
    'Windows line ends': (name) => `# one\r\n${name} ${key('ed25519')}\r\n`,
  };
  const bare = (name: string) => /\[(.*)\]/.exec(name)![1]!;

  it.each(
    Object.keys(cases).flatMap((name) => ['yes', 'accept-new'].map((strict) => [name, strict] as const)),
  )('%s, StrictHostKeyChecking %s', async (name, strict) => {
    const text = cases[name]!(`[${server.address('n1')}]:${server.port}`);
    const options = [
      ['StrictHostKeyChecking', strict],
      ['UserKnownHostsFile', file],
      ['BatchMode', 'yes'],
    ] as const;

    writeFileSync(file, `${text}\n`);
    const theirs = await askSsh(options);
    const theirFile = readFileSync(file, 'utf8');
    writeFileSync(file, `${text}\n`);
    const ours = await askOurselves(options);

    expect(ours).toBe(theirs);
    expect(readFileSync(file, 'utf8').split('\n').length).toBe(theirFile.split('\n').length);
  });

  it('are stricter for a key revoked without the port: ssh warns and goes on', async () => {
    const options = [
      ['StrictHostKeyChecking', 'accept-new'],
      ['UserKnownHostsFile', file],
      ['BatchMode', 'yes'],
    ] as const;
    const line = `@revoked ${server.address('n1')} ${key('ed25519')}\n`;

    writeFileSync(file, line);
    await askSsh(options);
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3);
    writeFileSync(file, line);

    expect(await askOurselves(options)).toBe('host-key-revoked');
    expect(readFileSync(file, 'utf8')).toBe(line);
  });

  function askSsh(options: readonly (readonly [string, string])[]): Promise<string> {
    const args = options.flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]);
    return new Promise((resolve) => {
      // UpdateHostKeys would write the server's other keys after the login
      execFile(
        ssh!,
        ['-F', server.sshConfigPath, '-o', 'UpdateHostKeys=no', ...args, 'n1', 'true'],
        (error, _out, said) => {
          if (/REVOKED/.test(said)) resolve('host-key-revoked');
          else if (/IDENTIFICATION HAS CHANGED/.test(said)) resolve('host-key-changed');
          else if (/host key is known|Host key verification failed/.test(said)) resolve('host-key-unknown');
          else resolve(error === null ? 'finished' : said);
        },
      );
    });
  }
  async function askOurselves(options: readonly (readonly [string, string])[]): Promise<string> {
    const executor = createSshExecutor({
      env: {},
      home: server.folder,
      localUser: 'nobody',
      configFile: server.sshConfigPath,
      options,
    });
    const outcome = await executor.execute(
      'n1',
      { command: 'true' },
      { write() {} },
      new AbortController().signal,
    );
    await executor.close();
    return outcome.kind === 'not-started' ? outcome.reason : outcome.kind;
  }
});
