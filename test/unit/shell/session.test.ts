import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import type { NodeReport } from '../../../src/fanout/observer.ts';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';
import type { ShellBackend, ShellRun } from '../../../src/shell/backend.ts';
import { createSession } from '../../../src/shell/session.ts';
import type { Session } from '../../../src/shell/session.ts';
import { defaultSettings } from '../../../src/shell/settings.ts';

const down: NodeOutcome = {
  kind: 'not-started',
  phase: 'connect',
  reason: 'refused',
  message: 'connection refused',
  retryable: true,
};

let printed: string[];
let runs: ShellRun[];
let local: string[];
/** What the next command does to each node; ok when not named. */
let outcomes: Record<string, NodeOutcome>;
let duringRun: (run: ShellRun) => void | Promise<void>;
let session: Session;

const backend: ShellBackend = {
  resolve(expression) {
    if (expression.startsWith('@')) {
      if (expression !== '@etcd')
        throw new UserError(`unknown group: ${expression}`, { hint: 'Known: @etcd' });
      return Promise.resolve(['etcd1', 'etcd2']);
    }
    return Promise.resolve(expression.split(','));
  },
  fold: (nodes) => nodes.join(','),
  async run(request) {
    runs.push(request);
    await duringRun(request);
    return request.nodes.map((node): NodeReport => ({
      node,
      outcome: outcomes[node] ?? { kind: 'finished', code: 0 },
      startedAt: new Date(0),
      durationMs: 0,
      bytes: { stdout: 0, stderr: 0 },
    }));
  },
  runLocally(command) {
    local.push(command);
    return Promise.resolve(0);
  },
  complete: {
    sources: () => Promise.resolve([]),
    groups: () => Promise.resolve([]),
    nodes: () => Promise.resolve([]),
  },
};

/** Carries the lines out and returns what they print. */
async function type(...lines: string[]): Promise<string[]> {
  printed.length = 0;
  for (const line of lines) expect(await session.execute(line, new AbortController().signal)).toBe('stay');
  return [...printed];
}

beforeEach(() => {
  printed = [];
  runs = [];
  local = [];
  outcomes = {};
  duringRun = () => undefined;
  session = createSession({
    backend,
    nodes: ['n2', 'n1', 'n3'],
    settings: defaultSettings,
    print: (line) => printed.push(line),
  });
});

describe('a session', () => {
  it('runs a line on its nodes in the order written, with its settings', async () => {
    await type(':f 1', 'uname -r');

    expect(runs).toMatchObject([
      { nodes: ['n2', 'n1', 'n3'], command: 'uname -r', settings: { ...defaultSettings, fanout: 1 } },
    ]);
  });

  it('adds, removes and replaces nodes, and says what it works with', async () => {
    expect(await type('+DB1,n1', '-n2', '@etcd', '?')).toEqual([
      'Working with nodes: n2,n1,n3,DB1',
      'Working with nodes: n1,n3,DB1',
      'Working with nodes: etcd1,etcd2',
      'Working with nodes: etcd1,etcd2',
    ]);
  });

  it('never works with no node', async () => {
    expect(await type('-n1,n2,n3', '?')).toEqual([
      'muster: That would leave no node to work with; the nodes stay as they are',
      'To work with others instead: @GROUP or :w NODES. To leave: quit.',
      'Working with nodes: n2,n1,n3',
    ]);
  });

  it('explains a bad set and goes on', async () => {
    expect(await type('+@typo', '?')).toEqual([
      'muster: unknown group: @typo',
      'Known: @etcd',
      'Working with nodes: n2,n1,n3',
    ]);
  });

  it('says when nodes were there already, or were not', async () => {
    expect(await type('+n1', '-n9')).toEqual([
      'muster: All of these were there already: n1',
      'Working with nodes: n2,n1,n3',
      'muster: None of these was there: n9',
      'Working with nodes: n2,n1,n3',
    ]);
  });

  it('switches gathering as clush does', async () => {
    expect(await type('=', '=')).toEqual([
      'Switching to gathered output format',
      'Switching to standard output format',
    ]);
  });

  it('leaves on quit alone', async () => {
    expect(await session.execute('Quit', new AbortController().signal)).toBe('leave');
  });

  it('runs a line of its own machine', async () => {
    await type('!date -u');

    expect([local, runs]).toEqual([['date -u'], []]);
  });

  it('marks the nodes it did not reach until they are reached', async () => {
    outcomes = { n1: down };
    expect(await type('true')).toEqual([
      'muster: not reached (1): n1. :retry tries again, :drop works without them.',
    ]);
    expect(await type('true')).toEqual([]);
    expect(await type('?', ':nodes')).toEqual([
      'Working with nodes: n2,n1,n3',
      'Not reached (1): n1',
      'n2  ok',
      'n1  not reached: connection refused',
      'n3  ok',
    ]);
    outcomes = {};
    await type(':retry');
    expect(runs.at(-1)).toMatchObject({ nodes: ['n1'], command: 'true' });
    expect(await type('?')).toEqual(['Working with nodes: n2,n1,n3']);
  });

  it('drops the nodes it did not reach, unless that is all of them', async () => {
    outcomes = { n1: down };
    await type('true');
    expect(await type(':drop')).toEqual(['Working with nodes: n2,n3']);
    expect(await type(':drop')).toEqual(['muster: every node was reached, or none was tried yet']);

    outcomes = { n2: down, n3: down };
    expect(await type('true')).toEqual(['muster: not reached (2): n2,n3. :retry tries again.']);
    expect((await type(':drop'))[0]).toBe(
      'muster: That would leave no node to work with; the nodes stay as they are',
    );
  });

  it('retries what failed, and what may still be running only on request', async () => {
    outcomes = {
      n2: { kind: 'finished', code: 3 },
      n1: { kind: 'unknown', message: 'connection lost' },
    };
    await type('apt-get upgrade');
    outcomes = {};

    expect(await type(':retry')).toEqual([
      'muster: left out (1): n1, where it may still be running',
      'Once you know it is not: :retry all',
      'Again on n2: apt-get upgrade',
    ]);
    expect(runs.at(-1)).toMatchObject({ nodes: ['n2'], command: 'apt-get upgrade' });
  });

  it('retries in doubt, too, when told all, in the order of the run', async () => {
    outcomes = {
      n2: { kind: 'timed-out', afterMs: 1000, remote: 'still-running' },
      n1: { kind: 'finished', signal: 'KILL' },
    };
    await type('true');

    expect(await type(':retry all')).toEqual(['Again on n2,n1: true']);
  });

  it('retries no node that is no longer worked with', async () => {
    outcomes = { n1: down, n2: down };
    await type('true', '-n1');
    await type(':retry');

    expect(runs.at(-1)?.nodes).toEqual(['n2']);
  });

  it('has nothing to retry before a command and after a success', async () => {
    expect(await type(':retry', 'true', ':retry')).toEqual([
      'muster: there is no command to run again',
      'muster: no node failed',
    ]);
  });

  it('shows what is in progress and what is pending', async () => {
    let lines: readonly string[] = [];
    duringRun = async ({ observer }) => {
      await observer.started?.('n2');
      await observer.started?.('n1');
      await observer.ended?.({
        node: 'n2',
        outcome: { kind: 'finished', code: 0 },
        startedAt: new Date(0),
        durationMs: 0,
        bytes: { stdout: 0, stderr: 0 },
      });
      lines = session.progressLines();
    };
    await type('sleep 9');

    expect(lines).toEqual([
      'muster: still running (Ctrl-C cancels)',
      'muster: in progress(1): n1',
      'muster: pending(1): n3',
    ]);
    expect(session.progressLines()).toEqual([]);
  });

  it('says what a setting is set to, and what is wrong with it', async () => {
    expect(await type(':f 0', ':b', ':stop on', ':frob', ':nodes x')).toEqual([
      'muster: :fanout takes a number from 1, not "0"',
      'gather: on',
      'stop: on',
      'muster: :frob is not a command of this shell',
      'Type :help for the list.',
      'muster: :nodes takes no argument',
    ]);
  });

  it('keeps no directory or variable of one user for another', async () => {
    expect(await type(':l admin', ':l admin', ':l')).toEqual([
      'user: admin',
      'Directory and variables start afresh for this user',
      'user: admin',
      'user: admin',
    ]);
  });

  it('stops waiting for a slow group source when cancelled', async () => {
    const controller = new AbortController();
    const slow = createSession({
      backend: { ...backend, resolve: () => new Promise<never>(() => undefined) },
      nodes: ['n1'],
      settings: defaultSettings,
      print: (line) => printed.push(line),
    });
    const done = slow.execute('@patroni', controller.signal);
    controller.abort();

    expect(await done).toBe('stay');
    expect(slow.workingWith()).toBe('Working with nodes: n1');
  });

  it('passes a bug on', async () => {
    duringRun = () => {
      throw new TypeError('x is undefined');
    };

    await expect(session.execute('true', new AbortController().signal)).rejects.toThrow(TypeError);
  });
});
