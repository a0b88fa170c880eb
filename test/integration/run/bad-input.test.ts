import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { muster, musterProgram, type ProgramResult, runProgram } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');

describe.skipIf(sshd === undefined)('what can be wrong with a run, on a real sshd', () => {
  let server: TestSshd;
  let silent: Server;
  let groups: string;
  let clushConf: string;
  const run = (...args: string[]): Promise<ProgramResult> => muster(args, { env: server.env });
  const at = (node: string): string => `[${server.address(node)}]:${server.port}`;
  const file = (name: string, text: string): string => {
    const path = join(server.folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeAll(async () => {
    server = await startSshd({ nodes: 3 });
    const config = server.env['CLUSTERSHELL_CFGDIR']!;
    mkdirSync(config, { recursive: true });
    groups = join(config, 'groups.conf');
    clushConf = join(config, 'clush.conf');
    writeFileSync(
      groups,
      '[Main]\ndefault: local\n[local]\nmap: [ "$GROUP" = db ] && echo n[1-2]; true\nlist: echo db empty\n',
    );
    silent = createServer(() => {}).listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    silent.close();
    await server.stop();
  });

  test.each<[name: string, args: string[], stderr: string]>([
    [
      'an empty set',
      ['-w', ''],
      '"" is no node set\nDid a variable of the script stay empty, or an option lose its value?\n',
    ],
    [
      'an option in the place of a set',
      ['-w', '-b'],
      '"-b" is no node set\nDid a variable of the script stay empty, or an option lose its value?\n',
    ],
    [
      'nothing left',
      ['-w', 'n1', '-x', 'n[1-9]'],
      'no node to run on\nNothing is left of n1 after the exclusions.\n',
    ],
    ['no nodes at all', ['-b'], 'no nodes given\nName them with -w NODES, -g GROUP or -a.\n'],
    [
      'an empty group',
      ['-w', '@empty'],
      '"@empty" stands for no node: the group is empty\nCorrect it, or say --allow-empty where nothing is meant to be possible.\n',
    ],
    [
      'an unknown group',
      ['-w', '@dbx'],
      'unknown group @local:dbx\nDid you mean @local:db? Run `muster groups` to see all of them.\n',
    ],
    [
      'an unknown group that is excluded',
      ['-w', 'n1', '-x', '@typo'],
      'unknown group @local:typo\nRun `muster groups` to see all of them.\n',
    ],
    [
      'syntax',
      ['-w', 'n1,n[1-'],
      'missing closing bracket in node set\n  n1,n[1-\n      ^\nNode sets are written like `node[1-3,7],lb[01-02]` or `@group!node4`.\n',
    ],
    ['no fanout', ['-f', '0', '-w', 'n1'], '-f 0: not a number of 1 or more\n'],
    ['no time', ['-u', 'x', '-w', 'n1'], '-u x: not a number of seconds\nFor example: 30 or 0.5\n'],
    [
      'an ssh option nobody can honour',
      ['-o', '-oLocalForward=1', '-w', 'n1'],
      "-o: ssh option LocalForward 1 cannot be honoured\nmuster forwards no ports and no displays. ssh does: muster -R exec -w NODES 'ssh -o LocalForward=1 %h COMMAND'\n",
    ],
    [
      'an unknown ssh option',
      ['-o', '-oFoo=1', '-w', 'n1'],
      '-o Foo: unknown keyword "foo"\nssh refuses it too; IgnoreUnknown allows it.\n',
    ],
    [
      'a worker muster has not',
      ['-R', 'pdsh', '-w', 'n1'],
      "-R pdsh is not supported\nmuster keeps many nodes busy by itself. To start pdsh: muster -R exec -w NODES 'pdsh -w %hosts COMMAND'\n",
    ],
  ])('%s: told, status 2', async (_name, args, stderr) => {
    expect(await run(...args, 'true')).toEqual({
      stdout: '',
      stderr: `muster: ${stderr}`,
      code: 2,
      signal: null,
    });
  });

  test('a mistake in clush.conf: file and line', async () => {
    writeFileSync(clushConf, '[Main]\nfanout: x\n');
    const result = await run('-w', 'n1', 'true');
    writeFileSync(clushConf, '');

    expect(result.stderr).toBe(`muster: ${clushConf}:2: fanout must be a whole number from 1, not "x"\n`);
    expect(result.code).toBe(2);
  });

  test('mistakes in ssh_config are told before anybody is contacted', async () => {
    const marks = join(server.folder, 'contacted');
    const good = readFileSync(server.sshConfigPath, 'utf8');
    const wrong = file('wrong_config', `Host n3\n  Frobnicate yes\n${good}`);
    const circle = file('circle_config', `Host n3\n  ProxyJump n2\nHost n2\n  ProxyJump n3\n${good}`);
    const port = file('port_config', `Match host ${server.address('n3')}\n  Port 99999\n${good}`);

    expect(await run('--ssh-config', wrong, '-w', 'n[1-3]', `touch ${marks}`)).toMatchObject({
      stderr: `muster: ${wrong}:2: unknown keyword "frobnicate"\nssh refuses it too; IgnoreUnknown allows it.\n`,
      code: 2,
    });
    expect(await run('--ssh-config', circle, '-w', 'n[1-3]', `touch ${marks}`)).toMatchObject({
      stderr: expect.stringMatching(/^muster: ProxyJump goes in a circle: n2 .* n3 .* n2\n$/),
      code: 2,
    });
    expect(await run('--ssh-config', `${port}x`, '-w', 'n1', `touch ${marks}`)).toMatchObject({
      stderr: `muster: ${port}x: no such file\n`,
      code: 2,
    });
    expect((await run('-w', 'n1', `test -e ${marks}`)).code).toBe(1);
  });

  test('a key that cannot be read', async () => {
    const garbage = file('garbage', 'no key\n');
    const { stderr, code } = await run(
      '-o',
      `-oIdentityFile=${garbage}`,
      '-o',
      '-oUser=root',
      '-o',
      '-F none',
      ...known(),
      '-w',
      'n1',
      'true',
    );

    expect(stderr).toBe(
      `muster: n1: ${garbage} has a form muster cannot read (Unsupported key format)\n  hint: Convert a copy: ssh-keygen -p -f ${garbage}\n`,
    );
    expect(code).toBe(1);
  });

  /** What the node's own lines say, without its file. */
  const known = (): string[] => [
    '-o',
    `-oHostName=${server.address('n1')} -oPort=${server.port} -oUserKnownHostsFile=${server.knownHostsPath}`,
  ];

  test('the wrong key', async () => {
    const wrong = join(server.folder, 'wrong_key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', wrong]);
    const { stderr, code } = await run(
      '-o',
      `-oIdentityFile=${wrong} -F none -oUser=root -oIdentityAgent=none`,
      ...known(),
      '-w',
      'n1',
      'true',
    );

    expect(stderr).toBe(
      `muster: n1: authentication failed for root (tried: ${wrong}; server accepts: publickey, keyboard-interactive)\n  hint: Check the user name and the keys; muster never tries again by itself: servers lock out.\n`,
    );
    expect(code).toBe(1);
  });

  test('refused, no such name, and the other node all the same', async () => {
    const { stdout, stderr, code } = await run(
      '-b',
      '-o',
      `-F ${file('refused_config', `Host n2\n  Port 1\n${readFileSync(server.sshConfigPath, 'utf8')}`)}`,
      '-w',
      'n1,n2,no-such-host.invalid',
      'echo hi',
    );

    expect(stdout).toBe(`${'-'.repeat(15)}\nn1\n${'-'.repeat(15)}\nhi\n`);
    expect(stderr).toContain(
      `muster: n2: connection refused (${server.address('n2')}:1)\n  hint: Is sshd running there, and is this its port?\n`,
    );
    expect(stderr).toMatch(/muster: no-such-host\.invalid: .*no-such-host\.invalid.*\n {2}hint: .+\n/);
    expect(code).toBe(1);
  });

  test('an unknown host, a changed host key', async () => {
    const ours = readFileSync(join(server.folder, 'host_ed25519.pub'), 'utf8');
    const fingerprint = /SHA256:\S+/.exec(
      execFileSync('ssh-keygen', ['-lf', join(server.folder, 'host_ed25519.pub')], { encoding: 'utf8' }),
    )![0];
    const none = file('no_known_hosts', '');
    const other = join(server.folder, 'other_host_key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const changed = file(
      'changed_hosts',
      `${at('n1')} ${readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')}\n`,
    );

    const unknown = await run('-o', `-oUserKnownHostsFile=${none}`, '-w', 'n1', 'true');
    const different = await run('-o', `-oUserKnownHostsFile=${changed}`, '-w', 'n1', 'true');

    expect(unknown.stderr).toBe(
      `muster: n1: host key unknown: ssh-ed25519 ${fingerprint}\n  hint: Compare it with the host's, then connect once with ssh, or: ssh-keyscan -p ${server.port} ${server.address('n1')} >> ${none}\n`,
    );
    expect(different.stderr).toContain(
      `muster: n1: HOST KEY HAS CHANGED: ${at('n1')} shows ssh-ed25519 ${fingerprint}`,
    );
    expect(different.stderr).toContain(
      `  hint: Someone may be in between. If the host was reinstalled: ssh-keygen -f ${changed} -R '${at('n1')}'\n`,
    );
    expect([unknown.code, different.code]).toEqual([1, 1]);
    expect(ours).toContain('ssh-ed25519');
    expect(readFileSync(none, 'utf8')).toBe('');
  });

  test('a host that never answers', async () => {
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const result = await run(
      '-t',
      '0.5',
      '-o',
      `-oHostName=127.0.0.1 -oPort=${port}`,
      '-w',
      'n[1-2]',
      'true',
    );

    expect(result.stderr.split('\n').toSorted()).toEqual([
      '',
      '  hint: Something accepts connections there and says nothing: is it an SSH server, and is the host alive?',
      'muster: n1: no SSH banner in 0.5 s',
      'muster: n2: no SSH banner in 0.5 s',
    ]);
    expect(result.code).toBe(1);
  });

  test('a node that closes in the middle: what came is shown, the state is unknown, status 5', async () => {
    const mark = join(server.folder, 'seen');
    const dies = `echo begun; until [ -e ${mark} ]; do sleep 0.05; done; kill -9 $PPID; sleep 5`;
    // The server dies once its output has been seen here.
    const line = `"$0" -nw n1 "$1" | { read -r line; echo "$line"; touch ${mark}; }; exit "\${PIPESTATUS[0]}"`;
    const result = await runProgram('bash', ['-c', line, musterProgram, dies], { env: server.env });

    expect(result).toMatchObject({
      stdout: 'n1: begun\n',
      stderr: 'muster: n1: result unknown: connection lost, the command may still be running\n',
      code: 5,
    });
  });

  test('a reader that goes away ends the run in silence, 141 as for SIGPIPE', async () => {
    const line = `"$0" -w n[1-3] 'seq 1000000' 2>"$1" | head -1; echo "\${PIPESTATUS[0]}"`;
    const errors = join(server.folder, 'errors');
    const { stdout } = await runProgram('bash', ['-c', line, musterProgram, errors], { env: server.env });

    expect(stdout).toMatch(/^n[1-3]: 1\n141\n$/);
    expect(readFileSync(errors, 'utf8')).toBe('');
  });

  test('bytes that would act on a terminal pass to a pipe untouched', async () => {
    const { stdout } = await run('-w', 'n1', String.raw`printf '\033[31mred\033]0;title\007\n'`);

    expect(stdout).toBe('n1: \u001b[31mred\u001b]0;title\u0007\n');
  });

  test('a jump host of ssh_config', async () => {
    const config = file(
      'jump_config',
      `Host n3\n  ProxyJump n1\n${readFileSync(server.sshConfigPath, 'utf8')}`,
    );
    const over = await run('--ssh-config', config, '-w', 'n[2-3]', '-f1', 'echo ${SSH_CONNECTION% * *}');
    const dry = await run('--ssh-config', config, '-w', 'n3', '--dry-run', 'true');

    expect(over).toMatchObject({ stderr: '', code: 0 });
    expect(over.stdout).toMatch(/^n2: 127\.0\.0\.1 \d+\nn3: 127\.0\.0\.1 \d+\n$/);
    expect(dry.stdout).toContain(`\troot@${server.address('n3')}:${server.port}\tn1\t`);
  });
});
