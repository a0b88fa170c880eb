import { expect, test } from 'vitest';
import type { CommandTask, OutputSink } from '../../../src/fanout/executor.ts';
import { createLocalExecutor, withPatterns } from '../../../src/local/local-executor.ts';

function collect() {
  const text = { stdout: '', stderr: '' };
  const sink: OutputSink = { write: (stream, chunk) => void (text[stream] += chunk.toString()) };
  return { text, sink };
}

async function* input(text: string) {
  yield Buffer.from(text);
}

const run = async (task: CommandTask, signal = new AbortController().signal, graceMs = 5000) => {
  const { text, sink } = collect();
  const outcome = await createLocalExecutor(graceMs).execute('n1', task, sink, signal);
  return { ...text, outcome };
};

test('keeps stdout and stderr apart and reports the exit code', async () => {
  expect(await run({ command: 'echo out; echo err >&2; exit 3' })).toEqual({
    stdout: 'out\n',
    stderr: 'err\n',
    outcome: { kind: 'finished', code: 3 },
  });
});

test('names the signal that ended the process', async () => {
  expect((await run({ command: 'kill -9 $$' })).outcome).toEqual({ kind: 'finished', signal: 'KILL' });
});

test('gives standard input, or none at all', async () => {
  expect((await run({ command: 'cat', stdin: () => input('hello') })).stdout).toBe('hello');
  expect((await run({ command: 'cat; echo end' })).stdout).toBe('end\n');
});

test('a command that does not read its input is no error', async () => {
  const large = 'x'.repeat(1024 * 1024);
  expect((await run({ command: 'exec 0<&-; echo done', stdin: () => input(large) })).outcome).toEqual({
    kind: 'finished',
    code: 0,
  });
});

test('the time limit ends the whole process group and keeps what came', async () => {
  const { stdout, outcome } = await run({
    command: 'echo started; sleep 98765 & sleep 98765',
    timeoutMs: 300,
  });

  expect(stdout).toBe('started\n');
  expect(outcome).toEqual({ kind: 'timed-out', afterMs: 300, remote: 'ended' });
});

test('what ignores TERM is killed', async () => {
  const { outcome } = await run(
    { command: 'trap "" TERM; echo ready; while :; do sleep 1; done', timeoutMs: 300 },
    undefined,
    300,
  );

  expect(outcome).toEqual({ kind: 'timed-out', afterMs: 300, remote: 'ended' });
});

test('an abort cancels', async () => {
  const abort = new AbortController();
  const sink: OutputSink = { write: () => abort.abort() };

  const outcome = await createLocalExecutor().execute(
    'n1',
    { command: 'echo go; sleep 98765' },
    sink,
    abort.signal,
  );

  expect(outcome).toEqual({ kind: 'cancelled', remote: 'ended' });
});

test('a child that keeps the output open does not hold the result up for ever', async () => {
  const { stdout, outcome } = await run({ command: 'echo result; sleep 60 &' });

  expect(stdout).toBe('result\n');
  expect(outcome).toEqual({ kind: 'finished', code: 0 });
});

test('a command about the whole set runs once and counts for every node', async () => {
  const nodes = ['a', 'b', 'c'];
  const executor = withPatterns(createLocalExecutor(), { nodes, foldNodes: (names) => names.join('+') });
  const outputs = await Promise.all(
    nodes.map(async (node) => {
      const { text, sink } = collect();
      await executor.execute(node, { command: 'echo %hosts $$' }, sink, new AbortController().signal);
      return text.stdout;
    }),
  );

  expect(outputs[0]).toMatch(/^a\+b\+c \d+\n$/);
  expect(new Set(outputs).size).toBe(1);
});
