import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

const program = new URL('../../../bin/muster', import.meta.url).pathname;

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('muster roll', { timeout: 120_000 }, () => {
  let sshd: TestSshd;
  let count = 0;

  beforeAll(async () => {
    sshd = await startSshd();
    mkdirSync(sshd.env['CLUSTERSHELL_CFGDIR']!, { recursive: true });
    mkdirSync(join(sshd.env['CLUSTERSHELL_CFGDIR']!, 'groups.d'));
    writeFileSync(
      join(sshd.env['CLUSTERSHELL_CFGDIR']!, 'groups.conf'),
      '[Main]\ndefault: cluster\nautodir: $CFGDIR/groups.d\n',
    );
    writeFileSync(
      join(sshd.env['CLUSTERSHELL_CFGDIR']!, 'groups.d/cluster.yaml'),
      "cluster:\n  '69': n[1-3]\n  '70': n[4-6]\n",
    );
  });
  afterAll(() => sshd.stop());

  /** A folder and a journal of the test's own. */
  function place() {
    count += 1;
    const folder = join(sshd.folder, `roll-${count}`);
    mkdirSync(folder);
    const file = join(folder, 'effects');
    writeFileSync(file, '');
    const env = { ...sshd.env, XDG_STATE_HOME: join(folder, 'state') };
    return {
      folder,
      file,
      env,
      roll: (...args: string[]) => muster(['roll', ...args], { env }),
      runs: (...args: string[]) => muster(['runs', ...args], { env }),
      effects: () => readFileSync(file, 'utf8').trim().split('\n').filter(Boolean),
      journal: () => {
        const runs = join(folder, 'state/muster/runs');
        return join(runs, readdirSync(runs).sort().at(-1)!);
      },
    };
  }

  it('runs in the order written, and says what became of each node', async () => {
    const { roll, effects, file } = place();

    const { code, stdout } = await roll('-w', 'n3,n1,n2', `echo $MUSTER_NODE >>${file}`);

    expect(effects()).toEqual(['n3', 'n1', 'n2']);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(-3)).toEqual(['', 'done          n[1-3] (3)', '']);
  });

  it('stops at the first failure with its output, exit 4; a resume goes on when it is mended', async () => {
    const { roll, runs, effects, file, folder } = place();
    const broken = join(folder, 'broken');
    writeFileSync(broken, '');
    const command = `echo $MUSTER_NODE >>${file}; [ $MUSTER_NODE != n2 ] || [ ! -e ${broken} ] || { echo no space left; exit 3; }`;

    const first = await roll('-w', 'n1,n2,n3', command);
    unlinkSync(broken);
    const second = await runs('resume');

    expect(first.code).toBe(4);
    expect(first.stdout).toContain('exit code 3\n    no space left\n');
    expect(first.stdout).toMatch(
      /\ndone {10}n1 \(1\)\nfailed {8}n2 \(1\)\nnot begun {5}n3 \(1\)\nstopped: n2: .*\nTo go on: muster runs resume \S+\n$/,
    );
    expect(second.code).toBe(0);
    expect(effects()).toEqual(['n1', 'n2', 'n2', 'n3']);
  });

  it('resumes only the nodes that failed when asked to, and holds then', async () => {
    const { roll, runs, effects, file, folder } = place();
    const broken = join(folder, 'broken');
    writeFileSync(broken, '');
    await roll('-w', 'n1,n2,n3', `echo $MUSTER_NODE >>${file}; [ $MUSTER_NODE != n2 ] || [ ! -e ${broken} ]`);
    unlinkSync(broken);

    const only = await runs('resume', '--only', 'failed');
    const rest = await runs('resume');

    expect(only.code).toBe(4);
    expect(only.stdout).toContain('held: the rest was not asked for');
    expect(rest.code).toBe(0);
    expect(effects()).toEqual(['n1', 'n2', 'n2', 'n3']);
  });

  it('counts a node that cannot be reached as a failure, and leaves the rest alone', async () => {
    const { roll, effects, file } = place();

    const { code, stdout, stderr } = await roll('-w', 'n1,nowhere.invalid,n2', `echo $MUSTER_NODE >>${file}`);

    expect(effects()).not.toContain('n2');
    expect([3, 4]).toContain(code);
    expect(stdout + stderr).toContain('nowhere.invalid');
  });

  it('touches no node whose gate does not pass: exit 3 before the first effect', async () => {
    const { roll, effects, file } = place();

    const { code, stdout } = await roll(
      '-w',
      'n1,n2',
      '--gate',
      'echo disk full >&2; false',
      '--gate-timeout',
      '3s',
      `echo $MUSTER_NODE >>${file}`,
    );

    expect(effects()).toEqual([]);
    expect(code).toBe(3);
    expect(stdout).toContain('exit code 1: disk full (waited 3 s)');
    expect(stdout).toContain('refused, nothing was changed');
  });

  it('waits for an address to answer 200, asked from here', async () => {
    const answers = [503, 503, 200, 200];
    const asked: number[] = [];
    const server = createServer((_, response) => {
      response.statusCode = answers[asked.length] ?? 200;
      asked.push(response.statusCode);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { roll } = place();

    const { code } = await roll(
      '-w',
      'n1',
      '--gate-http',
      `http://127.0.0.1:${port}/%h`,
      '--gate-successes',
      '2',
      'true',
    );
    server.close();

    expect(code).toBe(0);
    expect(asked.slice(0, 4)).toEqual([503, 503, 200, 200]);
    expect(asked).toHaveLength(6);
  });

  it('with --per has at most one node of each group at work, and groups side by side', async () => {
    const { roll, effects, file } = place();
    const command = `echo begin $MUSTER_LANE >>${file}; sleep 0.5; echo end $MUSTER_LANE >>${file}`;

    const { code } = await roll('--per', 'cluster=1', '-w', 'n[1-6]', command);

    expect(code).toBe(0);
    for (const lane of ['69', '70']) {
      const own = effects().filter((line) => line.endsWith(lane));
      expect(own).toEqual(Array.from({ length: 3 }, () => [`begin ${lane}`, `end ${lane}`]).flat());
    }
    const open = effects().map((line) => (line.startsWith('begin') ? 1 : -1) as number);
    let now = 0;
    expect(Math.max(...open.map((change) => (now += change)))).toBe(2);
  });

  it('refuses a plan that is no longer the one that was looked at', async () => {
    const { roll, effects, file } = place();
    const command = `echo $MUSTER_NODE >>${file}`;

    const shown = await roll('--dry-run', '--json', '-w', 'n1,n2', command);
    const { hash } = JSON.parse(shown.stdout) as { hash: string };
    const changed = await roll('--yes-plan', hash, '-w', 'n1,n3', command);
    const same = await roll('--yes-plan', hash, '-w', 'n1,n2', command);

    expect([shown.code, changed.code, same.code]).toEqual([0, 3, 0]);
    expect(changed.stderr).toContain(`the plan is no longer ${hash}`);
    expect(effects()).toEqual(['n1', 'n2']);
  });

  it('passes nodes over where the check says that there is nothing to do', async () => {
    const { roll, effects, file } = place();

    const { code, stdout } = await roll(
      '-w',
      'n1,n2',
      '--check',
      `grep -q . ${file}`,
      `echo $MUSTER_NODE >>${file}`,
    );

    expect(code).toBe(0);
    expect(effects()).toEqual(['n1']);
    expect(stdout).toContain('already so');
  });

  it('holds on Ctrl-C when the running step is done, and goes on from there', async () => {
    const { env, runs, effects, file } = place();
    const child = spawn(program, ['roll', '-w', 'n1,n2', `echo $MUSTER_NODE >>${file}; sleep 1.5`], {
      env: { ...process.env, ...env },
    });
    const over = new Promise<number | null>((resolve) => child.once('close', resolve));
    while (effects().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');

    expect(await over).toBe(4);
    expect(effects()).toEqual(['n1']);
    const { code } = await runs('resume');
    expect(code).toBe(0);
    expect(effects()).toEqual(['n1', 'n2']);
  });

  it('leaves at the second Ctrl-C; the job goes on and its result is found again', async () => {
    const { env, runs, effects, file } = place();
    const command = `echo begin >>${file}; until [ -e ${file}.go ]; do sleep 0.1; done; echo end >>${file}`;
    const child = spawn(program, ['roll', '-w', 'n1', command], { env: { ...process.env, ...env } });
    const over = new Promise<number | null>((resolve) => child.once('close', resolve));
    while (effects().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    while (!stderr.includes('holding')) await new Promise((resolve) => setTimeout(resolve, 20));
    const asked = performance.now();
    child.kill('SIGINT');

    expect(await over).toBe(130);
    // reading along on the node is not waited for: ending it there may take seven seconds
    expect(performance.now() - asked).toBeLessThan(5000);
    writeFileSync(`${file}.go`, '');
    const { code } = await runs('resume');
    expect(code).toBe(0);
    expect(effects()).toEqual(['begin', 'end']);
  });

  it('refuses a journal that was damaged inside, and drops a torn end by name', async () => {
    const { roll, runs, effects, file, journal } = place();
    await roll('-w', 'n1,n2', `echo $MUSTER_NODE >>${file}; [ $MUSTER_NODE != n2 ] || exit 1`);

    appendFileSync(journal(), '99 0000');
    const torn = await runs('resume');
    const bytes = readFileSync(journal());
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(journal(), bytes);
    const damaged = await runs('resume', journal().split('/').at(-1)!.replace('.jsonl', ''));

    expect(torn.stderr).toContain('is torn');
    expect(effects()).toEqual(['n1', 'n2', 'n2']);
    expect(damaged.code).toBe(2);
    expect(damaged.stderr).toMatch(/cannot be read: .*\.jsonl:\d+: checksum does not match/);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'begins nothing when the disk takes no more records, and goes on when there is space',
    async () => {
      const { folder, env, effects, file, runs } = place();
      const disk = join(folder, 'state');
      mkdirSync(disk);
      const script = [
        `mount -t tmpfs -o size=64k none ${disk}`,
        `"$@" </dev/null & pid=$!`,
        `until grep -q . ${file}; do sleep 0.02; done`,
        `cat /dev/zero >${disk}/filler 2>/dev/null`,
        `wait $pid; echo "exit $?"`,
        `rm ${disk}/filler; cp -a ${disk}/muster ${folder}/kept`,
      ].join('\n');
      // Records larger than a page of the disk: what is allotted to the journal already does not take the next one.
      const command = `echo $MUSTER_NODE >>${file}; sleep 1 # ${'x'.repeat(4096)}`;
      const { code, stdout } = await new Promise<{ code: number | null; stdout: string }>((resolve) => {
        const child = spawn(
          'unshare',
          ['-m', 'sh', '-c', script, 'sh', program, 'roll', '-w', 'n1,n2,n3', command],
          {
            env: { ...process.env, ...env },
          },
        );
        let text = '';
        child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
        child.once('close', (status) => resolve({ code: status, stdout: text }));
      });
      cpSync(join(folder, 'kept'), join(disk, 'muster'), { recursive: true });

      expect(code).toBe(0);
      expect(stdout).toMatch(/stopped: .*no space left[\s\S]*exit 4/i);
      expect(effects()).toEqual(['n1']);

      const resumed = await runs('resume');
      expect(resumed.code).toBe(0);
      expect(effects()).toEqual(['n1', 'n2', 'n3']);
    },
  );

  it('aborts by taking back what unfinished nodes did, the latest first', async () => {
    const { folder, roll, runs, effects, file } = place();
    const workflow = join(folder, 'drain.yaml');
    const step = (id: string) =>
      `  - id: ${id}\n    run: echo ${id} $MUSTER_NODE >>${file}\n    undo: echo undo ${id} $MUSTER_NODE >>${file}\n`;
    writeFileSync(
      workflow,
      `name: drain\nsteps:\n${step('drain')}${step('stop')}  - id: work\n    run: test $MUSTER_NODE = n1\n`,
    );

    const stopped = await roll(workflow, 'n1,n2');
    const aborted = await runs('abort');
    const again = await runs('resume');

    expect(stopped.code).toBe(4);
    expect(aborted.code).toBe(0);
    expect(effects().slice(4)).toEqual(['undo stop n2', 'undo drain n2']);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('no rolling run waits to be resumed');
  });

  it('names line and column of a mistake in a workflow file, and contacts nobody', async () => {
    const { folder, roll } = place();
    const workflow = join(folder, 'bad.yaml');
    writeFileSync(workflow, 'name: x\nsteps:\n  - id: one\n    run: true\n');

    const { code, stderr } = await roll(workflow, 'n1');

    expect(code).toBe(2);
    expect(stderr).toContain(`${workflow}:4:10: steps.0.run: `);
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it.each([
    [['-w', 'n1'], 'nothing to roll'],
    [['-w', 'n1', '--per', 'rack=1', 'true'], 'rack'],
    [['-w', 'n9', '--per', 'cluster=1', 'true'], 'n9 is in no group of source cluster'],
    [['-w', 'n1', '--max-failures', 'some', 'true'], '--max-failures "some"'],
    [['-w', 'n1', '--gate-ready', 'coffee', 'true'], 'no such gate'],
    [['-w', 'n1', '--window', 'noon', 'true'], 'not a window'],
    [['-w', 'n1', '--soak', 'long', 'true'], '--soak "long": not a duration'],
    [['-w', '@cluster:71', 'true'], '71'],
  ])('%j is a usage error that says %j', async (args, message) => {
    const { roll, folder } = place();

    const { code, stderr } = await roll(...args);

    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it('tells what happens as JSON lines, and the end as one document', async () => {
    const { roll } = place();

    const lines = await roll('--json-lines', '-w', 'n1', 'echo hello');
    const events = lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; state?: string; text?: string });
    const document = await roll('--json', '-w', 'n1,n2', 'false');

    expect(events.map(({ type, state }) => [type, state])).toEqual(
      expect.arrayContaining([
        ['node', 'started'],
        ['step', 'started'],
        ['output', undefined],
        ['step', 'done'],
        ['node', 'done'],
      ]),
    );
    expect(JSON.parse(document.stdout)).toMatchObject({
      state: 'failed',
      nodes: { n1: 'failed', n2: 'not begun' },
      exitCode: 4,
    });
  });
});
