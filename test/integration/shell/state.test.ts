import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandTask, Executor } from '../../../src/fanout/executor.ts';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';
import { createSessionState } from '../../../src/shell/session-state.ts';
import type { SessionState } from '../../../src/shell/session-state.ts';
import { createLocalExecutor } from '../../support/local-executor.ts';
import { findTool } from '../../support/require-tool.ts';

/** What one command printed and how it ended. */
interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly outcome: NodeOutcome;
}

const ok: NodeOutcome = { kind: 'finished', code: 0 };

let home: string;
let state: SessionState;
/** Arguments of every process started: what `ps` shows. */
let argvs: string[];

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'muster-home-')));
  state = createSessionState();
  argvs = [];
});
afterEach(() => rmSync(home, { recursive: true }));

function executorOf(shell: string, env: Readonly<Record<string, string>> = {}): Executor {
  return state.around(
    createLocalExecutor({
      argv: (_node, command) => [shell, '-c', command],
      home: () => home,
      env,
      onSpawn: (argv) => argvs.push(argv.join(' ')),
    }),
  );
}

async function run(
  executor: Executor,
  task: string | CommandTask,
  signal = new AbortController().signal,
  node = 'n1',
): Promise<Ran> {
  const output = { stdout: '', stderr: '' };
  const outcome = await executor.execute(
    node,
    typeof task === 'string' ? { command: task } : task,
    { write: (stream, chunk) => void (output[stream] += chunk.toString()) },
    signal,
  );
  return { ...output, outcome };
}

const posixShells = [
  ['sh', 'dash'],
  ['dash', 'dash'],
  ['bash', 'bash'],
  ['zsh', 'zsh'],
  ['mksh', 'mksh'],
  ['ksh93', 'ksh93u+m'],
] as const;

describe.each(posixShells)('the state kept in %s', (name, debianPackage) => {
  const shell = findTool(name, debianPackage);

  describe.skipIf(shell === undefined)('where it is the login shell', () => {
    it('sends a command that changes nothing as it is, byte for byte', async () => {
      await run(executorOf(shell!), 'echo "a  b"   ; uname');

      expect(argvs).toEqual([`${shell} -c echo "a  b"   ; uname`]);
    });

    it('holds directory, umask and exported variables, and lets go of them', async () => {
      const executor = executorOf(shell!, { LEAVING: 'x' });
      const changed = await run(executor, "cd /usr && umask 077 && export A='it''s' && unset LEAVING");
      expect(changed).toEqual({ stdout: '', stderr: '', outcome: ok });

      const after = await run(executor, 'echo "$PWD $A ${LEAVING-gone}"; umask');
      expect(after.stdout).toMatch(/^\/usr its gone\n0?077\n$/);
      expect(after).toMatchObject({ stderr: '', outcome: ok });

      await run(executor, 'cd; umask 022; unset A; export LEAVING=x');
      expect((await run(executor, 'pwd')).stdout).toBe(`${home}\n`);
    });

    it.each([
      ['quotes', `it's "so" \\ $HOME \`x\` !!`],
      ['line breaks', 'one\ntwo\n\n'],
      ['other alphabets', 'äöü € 日本'],
      ['blanks', '  a\tb  '],
      ['what looks like code', "'; touch hacked; '"],
      ['nothing', ''],
      ['very long', 'x'.repeat(20_000)],
    ])('keeps a value with %s', async (_what, value) => {
      const executor = executorOf(shell!);
      await run(executor, `export V='${value.replaceAll("'", String.raw`'\''`)}'`);

      expect((await run(executor, 'printf "%s" "$V"')).stdout).toBe(value);
      expect(readdirSync(home)).toEqual([]);
    });

    it('goes back with cd -', async () => {
      const executor = executorOf(shell!);
      await run(executor, 'cd /usr');
      await run(executor, 'cd /tmp');
      await run(executor, 'cd -');

      expect((await run(executor, 'pwd')).stdout).toBe('/usr\n');
    });

    it('leaves exit codes and signals as they are', async () => {
      const executor = executorOf(shell!);
      const codes = ['cd /usr; exit 3', 'cd /usr && false', 'exit 7', 'sh -c "exit 255"'];
      const outcomes = [];
      for (const command of codes) outcomes.push((await run(executor, command)).outcome);
      expect(outcomes).toEqual([3, 1, 7, 255].map((code) => ({ kind: 'finished', code })));

      expect((await run(executor, 'kill -KILL $$')).outcome).toEqual({ kind: 'finished', signal: 'KILL' });
      expect((await run(executor, 'cd /tmp; kill -KILL $$')).outcome).toEqual({
        kind: 'finished',
        signal: 'KILL',
      });
    });

    it('gives the command an empty stdin, or the one it has', async () => {
      const executor = executorOf(shell!);
      await run(executor, 'cd /usr');
      expect(await run(executor, 'cat; pwd')).toEqual({ stdout: '/usr\n', stderr: '', outcome: ok });

      async function* stdin(): AsyncIterable<Uint8Array> {
        yield Buffer.from('its own\n');
      }
      expect((await run(executor, { command: 'cat; pwd', stdin })).stdout).toBe('its own\n/usr\n');
      expect((await run(executor, { command: 'cd /tmp; cat', stdin })).stdout).toBe('its own\n');
    });

    it('shows no value in the arguments of any process', async () => {
      const executor = executorOf(shell!);
      await run(executor, 'export PGPASSWORD=hunter2');
      const shown = await run(executor, 'cat /proc/$$/cmdline | tr "\\0" " "; echo "$PGPASSWORD"');

      expect(shown.stdout).toMatch(/hunter2\n$/);
      expect(shown.stdout.match(/hunter2/g)).toHaveLength(1);
      expect(argvs.join()).not.toContain('hunter2');
    });

    it('passes on what the command prints, both streams whole', async () => {
      const executor = executorOf(shell!);
      const both =
        'cd /usr; i=0; while [ $i -lt 3000 ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); done';
      const ran = await run(executor, both);
      const lines = (word: string): string =>
        Array.from({ length: 3000 }, (_, i) => `${word} ${i}\n`).join('');

      expect(ran).toEqual({ stdout: lines('out'), stderr: lines('err'), outcome: ok });
    });

    it('runs nothing where the directory has gone, until the state is forgotten', async () => {
      const executor = executorOf(shell!);
      await run(executor, 'mkdir gone && cd gone');
      rmSync(join(home, 'gone'), { recursive: true });

      const failed = await run(executor, 'touch /tmp/must-not-be-made; echo ran');
      expect(failed.stdout).toBe('');
      expect(failed.stderr).toMatch(/nothing was run \(:forget starts afresh\)\n$/);
      expect(failed.outcome).toEqual({ kind: 'finished', code: 1 });
      state.forget(['n1']);
      expect((await run(executor, 'pwd')).stdout).toBe(`${home}\n`);
    });

    it('keeps what it knew where the shell does not live to tell', async () => {
      const executor = executorOf(shell!);
      await run(executor, 'cd /usr');
      await run(executor, 'cd /tmp; kill -KILL $$');

      expect(state.takeNotices()).toEqual(new Map([['lost', ['n1']]]));
      expect((await run(executor, 'pwd')).stdout).toBe('/usr\n');
    });

    it('reads no further than its own script when stdin is cut short', async () => {
      const cut = createLocalExecutor({
        argv: (_node, command) => [shell!, '-c', command],
        home: () => home,
      });
      const executor = state.around({
        execute: (node, task, sink, signal) => {
          async function* half(): AsyncIterable<Uint8Array> {
            for await (const chunk of task.stdin?.() ?? []) yield chunk.subarray(0, chunk.length - 10);
          }
          return cut.execute(node, { ...task, stdin: half }, sink, signal);
        },
        close: () => Promise.resolve(),
      });
      const ran = await run(executor, 'cd /usr; touch made');

      expect(ran.stdout).toBe('');
      expect(readdirSync(home)).toEqual([]);
    });

    it('ends the command when cancelled', async () => {
      const executor = executorOf(shell!);
      const controller = new AbortController();
      const ran = run(
        {
          ...executor,
          execute: (node, task, sink, signal) =>
            executor.execute(
              node,
              task,
              {
                write(stream, chunk) {
                  controller.abort();
                  return sink.write(stream, chunk);
                },
              },
              signal,
            ),
        },
        'cd /usr; echo going; sleep 60',
        controller.signal,
      );

      expect(await ran).toMatchObject({ stdout: 'going\n', outcome: { kind: 'cancelled' } });
    });
  });
});

describe('state of several nodes', () => {
  it('is kept apart', async () => {
    const executor = executorOf('/bin/sh');
    const signal = new AbortController().signal;
    await run(executor, 'cd /usr', signal, 'a');
    await run(executor, 'cd /tmp', signal, 'b');

    const places = await Promise.all(['a', 'b', 'c'].map((node) => run(executor, 'pwd', signal, node)));
    expect(places.map(({ stdout }) => stdout)).toEqual(['/usr\n', '/tmp\n', `${home}\n`]);
  });
});

describe.each(['tcsh', 'fish'])('%s as login shell', (name) => {
  const shell = findTool(name, name);

  it.skipIf(shell === undefined)('runs every line plainly, once, and says that nothing is kept', async () => {
    const executor = executorOf(shell!);
    const moved = await run(executor, 'cd /usr; pwd; echo ran >> log');
    expect(moved).toMatchObject({ stdout: '/usr\n', stderr: '' });
    expect(state.takeNotices()).toEqual(new Map([['not-posix', ['n1']]]));

    expect((await run(executor, 'cd /tmp; pwd')).stdout).toBe('/tmp\n');
    expect((await run(executor, 'pwd')).stdout).toBe(`${home}\n`);
    expect(state.takeNotices()).toEqual(new Map());
    expect(argvs.filter((argv) => !argv.includes('muster'))).toHaveLength(3);
  });
});

describe('a restricted shell as login shell', () => {
  const rbash = findTool('rbash', 'bash');

  it.skipIf(rbash === undefined)('runs every line plainly, and says that nothing is kept', async () => {
    const executor = executorOf(rbash!);
    const exported = await run(executor, 'export X=1; echo "$X"');

    expect(exported).toEqual({ stdout: '1\n', stderr: '', outcome: ok });
    expect(state.takeNotices()).toEqual(new Map([['not-posix', ['n1']]]));
    expect((await run(executor, 'cd /usr')).stderr).toContain('restricted');
  });
});

describe('an account that does not run what it is given', () => {
  it('shows what it says, runs nothing twice, and says that nothing is kept', async () => {
    const executor = executorOf('/bin/echo');
    const first = await run(executor, 'cd /usr');
    expect(first.stdout).toContain('-c ');
    expect(argvs).toHaveLength(1);
    expect(state.takeNotices()).toEqual(new Map([['ignored', ['n1']]]));

    expect((await run(executor, 'cd /usr')).stdout).toBe('-c cd /usr\n');
    expect(state.takeNotices()).toEqual(new Map());
  });
});
