import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expandTilde } from '../../src/ssh/config-tokens.ts';
import type { ConnectionSettings } from '../../src/ssh/settings.ts';
import { createSshConfig } from '../../src/ssh/ssh-config.ts';
import { findTool } from '../support/require-tool.ts';

const ssh = findTool('ssh', 'openssh-client');
const { username, homedir } = userInfo();

interface Case {
  /** ssh_config; `DIR` stands for the test's folder. */
  readonly config: string;
  readonly node?: string;
  readonly options?: readonly (readonly [string, string])[];
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
}

describe.skipIf(ssh === undefined)('ssh_config, compared with ssh -G', () => {
  let folder: string;
  let count = 0;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssh-config-'));
    writeFileSync(join(folder, 'included'), 'User from-include\nHost other\n  Port 7777\n');
    writeFileSync(join(folder, 'part-1.conf'), 'Host web*\n  Port 4001\n');
    writeFileSync(join(folder, 'part-2.conf'), 'Host *\n  Port 4002\n  IdentityFile /part2\n');
    writeFileSync(join(folder, 'nested'), `Include ${folder}/included\nBatchMode yes\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (config: string): string => {
    count += 1;
    const path = join(folder, `config-${count}`);
    writeFileSync(path, config.replaceAll('DIR', folder));
    return path;
  };
  /** What ssh says: its values, or undefined when it refuses. */
  const askSsh = ({ node = 'web1', options = [], user, env = {} }: Case, path: string) =>
    new Promise<Map<string, string[]> | undefined>((resolve) => {
      const args = [
        '-F',
        path,
        ...(user === undefined ? [] : ['-l', user]),
        ...options.flatMap(([key, value]) => ['-o', `${key}=${value}`]),
      ];
      execFile(
        ssh!,
        [...args, '-G', node],
        { env: { PATH: process.env['PATH'], ...env } },
        (error, stdout) => {
          if (error !== null) return resolve(undefined);
          const values = new Map<string, string[]>();
          for (const line of stdout.split('\n')) {
            const [key = '', ...rest] = line.split(' ');
            values.set(key, [...(values.get(key) ?? []), rest.join(' ')]);
          }
          return resolve(values);
        },
      );
    });
  const askOurselves = async ({ node = 'web1', options = [], user, env = {} }: Case, path: string) => {
    const config = createSshConfig({
      env,
      home: homedir,
      localUser: username,
      configFile: path,
      options,
      ...(user === undefined ? {} : { user }),
    });
    try {
      return await config.settingsFor(node);
    } catch (error) {
      if ((error as { code?: string }).code === 'SSH_CONFIG') return undefined;
      throw error;
    }
  };
  /** Both answers in the same words, the configuration with them; `refused` for an error. */
  const compare = async (given: Case): Promise<{ ours: unknown; theirs: unknown }> => {
    const path = write(given.config);
    const [theirs, ours] = await Promise.all([askSsh(given, path), askOurselves(given, path)]);
    const config = `${given.config}\n# for ${given.node ?? 'web1'}`;
    return {
      ours: { config, ...(ours === undefined ? { refused: true } : shown(ours)) },
      theirs: { config, ...(theirs === undefined ? { refused: true } : expected(theirs)) },
    };
  };

  const cases: Readonly<Record<string, Case>> = {
    'the first value wins': { config: 'Host web1\n User a\nHost *\n User b\n Port 2022' },
    negation: { config: 'Host web* !web1\n User a\nHost !web1\n User b\nHost * !db*\n User c' },
    'letters count in patterns': { config: 'Host WEB1\n User a\nHost web?\n User b', node: 'Web1' },
    'upper case names become lower case': { config: 'HostName %h.Example.COM', node: 'WEB1' },
    'equals signs and quotes': { config: 'User="a b"\nPort = 2022\nHostKeyAlias ="x"\n' },
    'several identity files': {
      config: 'IdentityFile /a\nHost web1\n IdentityFile /b\n IdentityFile /a\nHost *\n IdentityFile "/c d"',
    },
    'no identity file': { config: 'IdentityFile none' },
    'sent and set variables': {
      config:
        'SendEnv LANG LC_*\nSendEnv LANG A\nHost web1\n SendEnv -LC* B\n SetEnv X=1 "Y=a b"\nHost *\n SetEnv Z=1',
    },
    'a variable that cannot be sent': { config: 'SendEnv A=1' },
    'a variable without a value': { config: 'SetEnv A' },
    'a forwarded agent': { config: 'Host db\n ForwardAgent no\nHost *\n ForwardAgent $AGENT' },
    'an agent forwarded': { config: 'ForwardAgent true' },
    comments: { config: '# one\n  # two\nUser a # three\nHostName "x#y"\n' },
    quoting: { config: String.raw`UserKnownHostsFile "/a b" /c\ d '/e "f"' /g` },
    escapes: { config: String.raw`HostKeyAlias a\"b` },
    'an unclosed quote': { config: 'HostKeyAlias "a' },
    'an argument too many': { config: 'User a b' },
    'an argument too few': { config: 'User' },
    'an unknown keyword': { config: 'Usre a' },
    'an unknown keyword in a block of others': { config: 'Host db\n Usre a' },
    'an unknown keyword that is ignored': { config: 'IgnoreUnknown us*,x\nUsre a\nX y z\nUser b' },
    'an unknown keyword ignored too late': { config: 'Usre a\nIgnoreUnknown usre' },
    'a port that is none': { config: 'Port 0' },
    'a port that is a word': { config: 'Port ssh' },
    'match host after HostName': {
      config: 'Host web1\n HostName db1\nMatch host db1\n User a\nMatch host web1\n User b',
    },
    'match originalhost': { config: 'HostName db1\nMatch originalhost web*\n User a' },
    'match with lists and negation': {
      config: 'Match host "web*,!web1" \n User a\nMatch host *,!db*\n User b',
    },
    'match negated': { config: 'Match !host db1\n User a\nMatch !host web1\n Port 1' },
    'match user': { config: 'Match user a\n Port 2\nUser a\nMatch user a\n Port 3' },
    'match localuser': { config: `Match localuser ${username}\n Port 3` },
    'match all': { config: 'Match all\n Port 3' },
    'match all with others': { config: 'Match host web1 all\n Port 3' },
    'match exec': {
      config:
        'Match exec "test %h = web1"\n Port 3\nMatch exec "false"\n User a\nMatch !exec "test %n = db"\n User b',
    },
    'match exec only when all before matched': {
      config: 'Match host db exec "touch DIR/ran"\n Port 3\nMatch exec "test -e DIR/ran"\n User a',
    },
    'match final': {
      config: 'Match final host web1.x\n User late\nHost web1\n HostName web1.x\n User early',
    },
    'match final with a first value of its own': {
      config: 'Match final\n Port 3\n IdentityFile /f\nHost web1\n User a\n IdentityFile /e',
    },
    'match canonical': { config: 'Match canonical\n User a\nMatch !canonical\n User b' },
    'match without criterion': { config: 'Match\n User a' },
    'match with an unknown criterion': { config: 'Match nothing x\n User a' },
    'match with equals': { config: 'Match host=web1 user=a\n Port 3\nMatch host=web1\n Port 4' },
    include: { config: 'Include DIR/included\nUser late' },
    'include does not end the block': {
      config: 'Host web1\n Include DIR/included\n Port 5\nHost *\n BatchMode yes',
    },
    'include in a block that does not match': { config: 'Host db\n Include DIR/included\nUser late' },
    'include by pattern': { config: 'Include DIR/part-*.conf' },
    'include of nothing': { config: 'Include DIR/nothing*\nUser a' },
    'include several, nested': { config: 'Include DIR/nested DIR/part-1.conf' },
    'tokens of HostName': { config: 'HostName %h.%%x' },
    'an unknown token': { config: 'HostName %q' },
    'tokens of UserKnownHostsFile': {
      config:
        'HostName h\nUser u\nPort 9\nHostKeyAlias k\nUserKnownHostsFile ~/x /%d/%h/%n/%p/%r/%u/%k/%L/%l/%i /%C %%',
    },
    'environment variables': { config: 'UserKnownHostsFile ${A}/x', env: { A: '/a' } },
    'environment variables that are not set': { config: 'UserKnownHostsFile ${B}/x' },
    'ProxyJump before ProxyCommand': { config: 'ProxyJump a@b:3,c\nProxyCommand nc %h %p' },
    'ProxyCommand before ProxyJump': { config: 'ProxyCommand nc "%h" %p # all\nProxyJump b' },
    'ProxyJump none': { config: 'Host web1\n ProxyJump none\nHost *\n ProxyJump b' },
    'ProxyCommand after ProxyJump none': { config: 'ProxyJump none\nProxyCommand nc %h' },
    'ProxyJump after ProxyCommand none': { config: 'ProxyCommand none\nProxyJump j' },
    'ProxyCommand none': { config: 'Host web1\n ProxyCommand none\nHost *\n ProxyJump b' },
    durations: { config: 'ConnectTimeout 1m30s\nServerAliveInterval 2m' },
    'a duration that is none': { config: 'ConnectTimeout soon' },
    booleans: {
      config: 'BatchMode true\nCompression YES\nTCPKeepAlive false\nIdentitiesOnly yes\nHashKnownHosts no',
    },
    'a boolean that is none': { config: 'BatchMode perhaps' },
    StrictHostKeyChecking: { config: 'StrictHostKeyChecking accept-new' },
    'StrictHostKeyChecking off': { config: 'StrictHostKeyChecking off' },
    'old spellings': { config: 'KeepAlive no\nIdentityFile2 /x\nChallengeResponseAuthentication no' },
    'options of the command line come first': {
      config: 'User a\nPort 3',
      options: [
        ['User', 'b'],
        ['Port', '4'],
        ['User', 'c'],
      ],
    },
    'the user of the command line comes first': {
      config: 'User a\nMatch user l\n Port 5',
      user: 'l',
      options: [['User', 'b']],
    },
    'Windows line ends': { config: 'User a\r\nHost web1\r\n  Port 3\r\n' },
    'tabs and blanks': { config: '\tUser\ta  \n Host\tweb1   db1 \n\tPort\t=\t3\t' },
    'no file at all': { config: '' },
    'AddressFamily and BindAddress': {
      config: 'AddressFamily inet6\nBindAddress 127.0.0.2\nConnectionAttempts 3\nNumberOfPasswordPrompts 1',
    },
    'an IPv6 address': { config: 'HostName FE80::1', node: 'x' },
  };
  it.each(Object.entries(cases))('%s', async (_name, given) => {
    const { ours, theirs } = await compare(given);

    expect(ours).toEqual(theirs);
  });

  it('agrees on generated configurations', async () => {
    const configs = fc.sample(configuration, {
      numRuns: Number(process.env['MUSTER_TEST_CONFIGS'] ?? 300),
      seed: 20_261_124,
    });
    const queue = [...configs];
    const answers: { ours: unknown; theirs: unknown }[] = [];
    const worker = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) answers.push(await compare(next));
    };
    await Promise.all([worker(), worker(), worker()]);

    expect(answers).toHaveLength(configs.length);
    for (const { ours, theirs } of answers) expect(ours).toEqual(theirs);
  });
});

const names = ['web1', 'web2', 'db1', 'x.example.com'];
const pattern = fc.constantFrom(
  '*',
  'web*',
  'web1',
  'db?',
  '*.example.com',
  '?eb1',
  '!web2',
  '!db*',
  'nothing',
);
const hostLine = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((words) => `Host ${words.join(' ')}`);
const criterion = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('host', 'originalhost', '!host'),
      fc.array(pattern, { minLength: 1, maxLength: 2 }),
    )
    .map(([word, list]) => `${word} ${list.join(',')}`),
  fc.constantFrom(
    'user a',
    'user b',
    '!user a',
    `localuser ${username}`,
    'exec true',
    'exec false',
    '!exec "test %n = web1"',
    'exec "test %h = db1 -o %r = a"',
  ),
);
const matchLine = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(criterion, { minLength: 1, maxLength: 3 }).map((all) => `Match ${all.join(' ')}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('Match all', 'Match final', 'Match final host web*', 'Match canonical all'),
  },
);
const setting = fc.constantFrom(
  'User a',
  'User b',
  'HostName db1',
  'HostName %h.example.com',
  'HostName Web2',
  'Port 2022',
  'Port=2023',
  'IdentityFile /k1',
  'IdentityFile "~/k 2"',
  'IdentityFile none',
  'IdentitiesOnly yes',
  'UserKnownHostsFile /kh1 ~/kh2',
  'UserKnownHostsFile /kh-%h-%p-%r',
  'GlobalKnownHostsFile none',
  'HostKeyAlias alias',
  'ProxyJump j1',
  'ProxyJump none',
  'ProxyCommand nc %h %p',
  'StrictHostKeyChecking no',
  'StrictHostKeyChecking accept-new',
  'ConnectTimeout 7',
  'ServerAliveInterval 1m',
  'BatchMode yes',
  'HashKnownHosts yes',
  'Include DIR/included',
  'Include DIR/part-*.conf',
  'Include DIR/nested',
  '# a comment',
  '',
);
const line = fc.oneof(
  { weight: 5, arbitrary: setting },
  { weight: 2, arbitrary: hostLine },
  { weight: 1, arbitrary: matchLine },
);
const configuration: fc.Arbitrary<Case> = fc
  .tuple(fc.array(line, { minLength: 2, maxLength: 20 }), fc.constantFrom(...names))
  .map(([lines, node]) => ({ config: `${lines.join('\n')}\n`, node }));

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

/** Our settings in ssh -G's words. */
function shown(settings: ConnectionSettings): Record<string, unknown> {
  return {
    user: settings.user,
    hostname: settings.hostName,
    port: String(settings.port),
    addressfamily:
      settings.addressFamily === undefined ? 'any' : settings.addressFamily === 4 ? 'inet' : 'inet6',
    bindaddress: settings.bindAddress,
    batchmode: yesNo(settings.batchMode),
    compression: yesNo(settings.compression),
    forwardagent: settings.forwardAgent,
    sendenv: settings.sendEnv,
    setenv: settings.setEnv,
    hashknownhosts: yesNo(settings.hashKnownHosts),
    identitiesonly: yesNo(settings.identitiesOnly),
    tcpkeepalive: yesNo(settings.tcpKeepAlive),
    connectionattempts: String(settings.connectionAttempts),
    numberofpasswordprompts: String(settings.passwordPrompts),
    serveralivecountmax: String(settings.keepaliveCount),
    serveraliveinterval: String((settings.keepaliveMs ?? 0) / 1000),
    connecttimeout:
      settings.connectTimeoutMs === undefined ? 'none' : String(settings.connectTimeoutMs / 1000),
    stricthostkeychecking: settings.strictHostKeyChecking,
    hostkeyalias: settings.hostKeyAlias,
    userknownhostsfile: settings.userKnownHostsFiles.join(' '),
    globalknownhostsfile: settings.globalKnownHostsFiles.join(' '),
    identityfile: settings.identityFiles.some(({ explicit }) => explicit)
      ? settings.identityFiles.map(({ path }) => path)
      : settings.identityFiles.length === 0
        ? 'none'
        : 'default',
    proxyjump: settings.jumps.length === 0 ? undefined : settings.jumps.join(','),
    proxycommand: settings.proxyCommand?.split(' ')[0],
  };
}

function expected(values: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  const one = (key: string): string | undefined => values.get(key)?.[0];
  const files = (values.get('identityfile') ?? []).filter((file) => file !== 'none');
  const strict = one('stricthostkeychecking') ?? '';
  const none = (list: string | undefined): string => (list === undefined || list === 'none' ? '' : list);
  return {
    ...Object.fromEntries(
      [
        'user',
        'hostname',
        'port',
        'addressfamily',
        'bindaddress',
        'batchmode',
        'compression',
        'forwardagent',
        'hashknownhosts',
        'identitiesonly',
        'tcpkeepalive',
        'connectionattempts',
        'numberofpasswordprompts',
        'serveralivecountmax',
        'serveraliveinterval',
        'connecttimeout',
        'hostkeyalias',
        'proxyjump',
      ].map((key) => [key, one(key)]),
    ),
    sendenv: values.get('sendenv') ?? [],
    setenv: values.get('setenv') ?? [],
    // Debian's ssh makes it 300 with BatchMode; muster has keepalives of its own in any case
    serveraliveinterval:
      one('batchmode') === 'yes' && one('serveraliveinterval') === '300' ? '0' : one('serveraliveinterval'),
    stricthostkeychecking: { true: 'yes', false: 'no' }[strict] ?? strict,
    userknownhostsfile: none(one('userknownhostsfile')),
    globalknownhostsfile: none(one('globalknownhostsfile')),
    identityfile:
      files.length === 0
        ? 'none'
        : files.includes('~/.ssh/id_rsa')
          ? 'default'
          : files.map((file) => expandTilde(file, homedir)),
    proxycommand: one('proxycommand')?.split(' ')[0],
  };
}
