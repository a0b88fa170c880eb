import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openTestJournal } from './test-journal.ts';

const program = fileURLToPath(new URL('record-until-killed.ts', import.meta.url));

/** Starts a muster that records for ever, kills it once it has said `lines` lines, returns all it said. */
async function killAfter(
  lines: number,
  folder: string,
  policy: string,
  beforeKill = async () => {},
): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder, policy], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  let rest = '';
  for await (const chunk of child.stdout) {
    const parts = (rest + String(chunk)).split('\n');
    rest = parts.pop() ?? '';
    const wasEnough = said.length >= lines;
    said.push(...parts);
    if (wasEnough || said.length < lines) continue;
    await beforeKill();
    child.kill('SIGKILL');
  }
  if (child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return said;
}

describe('a muster killed by SIGKILL', () => {
  it.each([
    ['each', 1],
    ['each', 40],
    ['intents', 2],
    ['intents', 777],
    ['never', 3],
    ['never', 2000],
  ])(
    '(policy %s, after %i events) leaves every event it acknowledged in the journal',
    async (policy, lines) => {
      const { journal, folder } = openTestJournal();
      const said = await killAfter(lines, folder, policy, async () => {
        expect((await journal.list())[0]?.state).toBe('running');
      });
      const run = await journal.show('last');
      expect(run.state).toBe('interrupted');
      expect(run.problem).toMatch(
        /^interrupted: no end record(; line \d+ is torn: cut off after \d+ bytes)?$/,
      );
      const started = new Set(run.nodes.map(({ node }) => `started ${node}`));
      const ended = run.nodes.filter(({ state }) => state === 'succeeded').map(({ node }) => `ended ${node}`);
      expect(said.filter((line) => !started.has(line) && !ended.includes(line))).toEqual([]);
      expect(run.nodes.filter(({ state }) => state === 'in-doubt').length).toBeLessThanOrEqual(1);
      const outputs = (await journal.output('last')).nodes;
      expect(outputs.slice(0, ended.length).map(({ stdout }) => String(stdout))).toEqual(
        ended.map((line) => `output of ${line.slice('ended '.length)}\n`),
      );
    },
  );
});
