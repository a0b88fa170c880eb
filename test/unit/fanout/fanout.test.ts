import { expect, test } from 'vitest';
import type { Executor } from '../../../src/fanout/executor.ts';
import { runFanout } from '../../../src/fanout/fanout.ts';
import type { FanoutObserver, NodeReport } from '../../../src/fanout/observer.ts';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';

const task = { command: 'true' };
const ok: NodeOutcome = { kind: 'finished', code: 0 };
const live = () => new AbortController().signal;

/** Runs every node for some turns of the event loop; records what ran side by side. */
function countingExecutor(outcomes: Record<string, NodeOutcome> = {}) {
  const log: string[] = [];
  let running = 0;
  let most = 0;
  const executor: Executor = {
    async execute(node, _task, sink) {
      log.push(node);
      running += 1;
      most = Math.max(most, running);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await sink.write('stdout', Buffer.from(`hello from ${node}\n`));
      running -= 1;
      return outcomes[node] ?? ok;
    },
    close: async () => {},
  };
  return { executor, log, most: () => most };
}

const kinds = (reports: readonly NodeReport[]) =>
  reports.map(({ node, outcome }) => `${node}:${outcome.kind}`);

test('runs at most fanout nodes at once, in the order written', async () => {
  const { executor, log, most } = countingExecutor();
  const nodes = ['n9', 'n1', 'n5', 'n2', 'n7'];

  await runFanout(nodes, task, executor, { fanout: 2, signal: live(), observer: {} });

  expect(most()).toBe(2);
  expect(log).toEqual(nodes);
});

test('fanout 1 ends one node before it starts the next', async () => {
  const events: string[] = [];
  const observer: FanoutObserver = {
    started: (node) => void events.push(`start ${node}`),
    ended: ({ node }) => void events.push(`end ${node}`),
  };
  const { executor } = countingExecutor();

  await runFanout(['b', 'a'], task, executor, { fanout: 1, signal: live(), observer });

  expect(events).toEqual(['start b', 'end b', 'start a', 'end a']);
});

test('stops at the first failure and says why the rest was skipped', async () => {
  const { executor, log } = countingExecutor({ n2: { kind: 'finished', code: 3 } });

  const reports = await runFanout(['n1', 'n2', 'n3', 'n4'], task, executor, {
    fanout: 1,
    stopOnFailure: true,
    signal: live(),
    observer: {},
  });

  expect(log).toEqual(['n1', 'n2']);
  expect(reports.slice(2).map(({ outcome }) => outcome)).toEqual([
    { kind: 'skipped', because: 'stopped after n2 failed' },
    { kind: 'skipped', because: 'stopped after n2 failed' },
  ]);
});

test('an abort skips what has not started', async () => {
  const { executor } = countingExecutor();
  const abort = new AbortController();
  const observer: FanoutObserver = { ended: () => abort.abort() };

  const reports = await runFanout(['a', 'b', 'c'], task, executor, {
    fanout: 1,
    signal: abort.signal,
    observer,
  });

  expect(kinds(reports)).toEqual(['a:finished', 'b:skipped', 'c:skipped']);
});

test('counts the bytes of each stream', async () => {
  const { executor } = countingExecutor();

  const [report] = await runFanout(['n1'], task, executor, { fanout: 1, signal: live(), observer: {} });

  expect(report?.bytes).toEqual({ stdout: 14, stderr: 0 });
});
