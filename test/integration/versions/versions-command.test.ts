import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditDocumentSchema } from '../../support/versions-json.ts';
import { runProgram, type ProgramResult } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const sshd = findTool('sshd', 'openssh-server');
const dev = new URL('../../../bin/dev.js', import.meta.url).pathname;

describe.skipIf(sshd === undefined)('muster versions', () => {
  let server: TestSshd;
  const versions = (...args: string[]): Promise<ProgramResult> =>
    runProgram(process.execPath, [dev, 'versions', ...args], { env: server.env });

  beforeAll(async () => {
    server = await startSshd({ nodes: 3 });
  });
  afterAll(() => server.stop());

  it('asks nodes over ssh, folds equal answers and names nodes that do not answer', async () => {
    const { stdout, stderr, code } = await versions('-w', 'n[1-3],n99', '-t', '5', '--of', 'echo 1.2.3');
    const [head, answered, missing] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));

    expect([head![0], head!.at(-1)]).toEqual(['nodes', 'echo']);
    expect([answered![0], answered!.at(-1)]).toEqual(['n[1-3] (3)', '1.2.3']);
    expect(missing!.join(' ')).toMatch(/^n99 .*no answer: /);
    expect(stderr).toContain('muster: 1 of 4 nodes did not answer: n99\n');
    expect(code).toBeGreaterThanOrEqual(1);
  });

  it('prints a document that fits its schema', async () => {
    const { stdout } = await versions('-w', 'n[1-2],n99', '-t', '5', '--json');
    const document = auditDocumentSchema.parse(JSON.parse(stdout));
    expect(document.nodes.map(({ node, failure }) => [node, failure === null])).toEqual([
      ['n1', true],
      ['n2', true],
      ['n99', false],
    ]);
  });

  it('compares with the audit before', async () => {
    await versions('-w', 'n1', '--of', 'echo 1.0');
    const changed = await versions('-w', 'n1', '--of', 'echo 2.0', '--diff', 'LAST');
    expect(changed.stdout).toBe('nodes\twhat\tbefore\tnow\nn1\tprobe echo\t1.0\t2.0\n');
    const unsaved = await versions('-w', 'n1', '--of', 'echo 3.0', '--diff', 'LAST', '--no-save');
    expect(unsaved.stdout).toBe('nodes\twhat\tbefore\tnow\nn1\tprobe echo\t2.0\t3.0\n');
    const again = await versions('-w', 'n1', '--of', 'echo 2.0', '--diff', 'LAST');
    expect(again.stdout).toBe('nodes\twhat\tbefore\tnow\n');
  });

  it('takes probes by name from probes.yaml', async () => {
    const folder = join(server.env['XDG_CONFIG_HOME']!, 'muster');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'probes.yaml'),
      "init: cat /proc/1/comm\nroot:\n  command: cat /etc/passwd\n  parse: '^(root):'\n",
    );
    const { stdout } = await versions('-w', 'n1', '--of', 'root', '--of', 'echo 7');
    expect(stdout.split('\n')[1]?.split('\t').slice(-2)).toEqual(['root', '7']);

    const file = join(server.folder, 'broken.yaml');
    writeFileSync(file, 'a: b\nroot:\n  comand: x\n');
    const broken = await versions('-w', 'n1', '--of', 'root', '--probes', file);
    expect([broken.code, broken.stderr]).toEqual([
      2,
      expect.stringContaining(`${file}:3: comand: a probe has \`command\` and \`parse\`, both text`),
    ]);
  });

  it('asks nobody when something on the command line is wrong', async () => {
    const unknown = await versions('-w', 'n1', '--diff', '1999-01-01');
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toContain('--diff 1999-01-01: no audit is kept from then or before');
    const both = await versions('-w', 'n1', '--matrix', '--drift');
    expect([both.code, both.stdout]).toEqual([2, '']);
  });

  it('says what changes while it watches, until it is interrupted', async () => {
    const file = join(server.folder, 'watched');
    writeFileSync(file, '1.0');
    const child = spawn(
      process.execPath,
      [dev, 'versions', '-w', 'n1', '--of', `cat ${file}`, '--watch', '0.1', '--no-save'],
      { env: { ...process.env, ...server.env }, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'close');
    let printed = '';
    for await (const text of child.stdout.setEncoding('utf8')) {
      const last = printed.length;
      printed += String(text);
      if (last === 0) writeFileSync(file, '2.0');
      else if (printed.includes('2.0')) child.kill('SIGINT');
    }
    const time = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g;
    expect(printed.replaceAll(time, 'TIME').split('\n').slice(2)).toEqual([
      'at (UTC)\tnodes\twhat\tbefore\tnow',
      'TIME\tn1\tprobe cat\t1.0\t2.0',
      '',
    ]);
    expect(await ended).toEqual([130, null]);
  });

  it('gives a monitoring system one line and its status', async () => {
    const { stdout, code } = await versions('-w', 'n99', '-t', '5', '--nagios');
    expect([stdout, code]).toEqual([
      'VERSIONS UNKNOWN - 1 did not answer (n99) | nodes=1 eol=0;0 drift=0;0 restart=0;0 behind=0;0 unanswered=1;0\n',
      3,
    ]);
  });
});
