import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalExecutor } from '../../../src/local/local-executor.ts';
import { askMember, type MemberExecutor, type Question } from '../../../src/patroni/ask-member.ts';
import { createLocalExecutor as startByShell } from '../../support/local-executor.ts';
import { findTool } from '../../support/require-tool.ts';
import { keepMembers } from '../../../src/patroni/kept-members.ts';

const questions: readonly Question[] = [{ ask: 'server', programs: false, dataDirectory: '/nowhere' }];
const never = new AbortController().signal;

let executor: MemberExecutor;

beforeEach(() => {
  executor = keepMembers(createLocalExecutor());
});
afterEach(async () => {
  await executor.close();
});

/** Process ids of the programs that stay, started by this test. */
function programs(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return lines
    .split('\n')
    .filter((line) => line.includes('python3 -c import sys'))
    .map((line) => Number.parseInt(line, 10));
}

function ask(signal: AbortSignal = never, timeoutMs = 60_000) {
  return askMember(executor, 'here', questions, signal, timeoutMs);
}

const answer = {
  kind: 'answered',
  replies: [expect.objectContaining({ dataDirectory: '/nowhere', problem: 'the server does not run' })],
};

it('asks by one program what comes one after the other, and by several what comes at once', async () => {
  expect(await ask()).toMatchObject(answer);
  const first = programs();
  expect(first).toHaveLength(1);
  expect(await ask()).toMatchObject(answer);
  expect(programs()).toEqual(first);
  expect(await Promise.all([ask(), ask()])).toMatchObject([answer, answer]);
  expect(programs()).toHaveLength(2);
});

it('starts another one where a program was killed while nobody asked it', async () => {
  await ask();
  const [pid] = programs();
  process.kill(pid!, 'SIGKILL');
  expect(await ask()).toMatchObject(answer);
  expect(programs()).not.toContain(pid);
});

it('does not wait longer than it may, and does not ask a program again that was late', async () => {
  await ask();
  const [pid] = programs();
  process.kill(pid!, 'SIGSTOP');
  expect(await ask(never, 200)).toMatchObject({
    kind: 'silent',
    outcome: { kind: 'timed-out', afterMs: expect.closeTo(200, -1) },
    why: 'no answer within 0 s',
  });
  expect(await ask()).toMatchObject(answer);
  process.kill(pid!, 'SIGCONT');
});

it('gives up when it is told to', async () => {
  await ask();
  const [pid] = programs();
  process.kill(pid!, 'SIGSTOP');
  const abort = new AbortController();
  const asked = ask(abort.signal);
  abort.abort();
  expect(await asked).toMatchObject({ kind: 'silent', outcome: { kind: 'cancelled' } });
  process.kill(pid!, 'SIGCONT');
  expect(await ask(AbortSignal.abort())).toMatchObject({ kind: 'silent', outcome: { kind: 'cancelled' } });
  expect(await ask()).toMatchObject(answer);
});

it('ends its programs with the connections', async () => {
  await Promise.all([ask(), ask()]);
  await executor.close();
  await expect.poll(programs).toEqual([]);
});

describe.each([
  ['dash', 'dash'],
  ['zsh', 'zsh'],
  ['fish', 'fish'],
  ['tcsh', 'tcsh'],
])('where the login shell is %s', (name, debianPackage) => {
  const shell = findTool(name, debianPackage);

  it.skipIf(shell === undefined)('is asked by one that stays', async () => {
    const own = keepMembers(startByShell({ argv: (_node, command) => [shell!, '-c', command] }));
    expect(await askMember(own, 'here', questions, never)).toMatchObject(answer);
    expect(await askMember(own, 'here', questions, never)).toMatchObject(answer);
    await own.close();
  });
});

it('asks what changes something by a program of its own', async () => {
  const act: Question = { ask: 'rest', method: 'POST', path: '/nothing-of-this-name' };
  expect(await askMember(executor, 'here', [act], never)).toMatchObject({ kind: 'answered' });
  expect(programs()).toEqual([]);
});
