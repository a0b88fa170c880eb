import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRunPresenter } from '../../../src/output/create-run-presenter.ts';
import type { PresenterOptions, RunPresenter } from '../../../src/output/run-presenter.ts';
import {
  captureTerminal,
  type CapturedTerminal,
  type CaptureOptions,
} from '../../support/capture-terminal.ts';
import { defaultOptions, exit } from '../../support/replay-run.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index + 1}`);
const onTerminal = { stdoutIsTTY: true, stderrIsTTY: true };

async function begun(
  count: number,
  options: Partial<PresenterOptions>,
  capture: CaptureOptions = onTerminal,
): Promise<{ terminal: CapturedTerminal; presenter: RunPresenter; end: (node: string) => Promise<void> }> {
  const terminal = captureTerminal(capture);
  const presenter = createRunPresenter({ ...defaultOptions, color: 'never', ...options }, terminal);
  await presenter.begin(names(count));
  const report = { outcome: exit(0), startedAt: new Date(0), durationMs: 1, bytes: { stdout: 2, stderr: 0 } };
  return { terminal, presenter, end: async (node) => presenter.ended!({ node, ...report }) };
}

describe('progress', () => {
  test('appears after 1.33 s, changes each third of a second, names the last ones, makes way for the results', async () => {
    const { terminal, presenter, end } = await begun(10, { gather: true });
    void presenter.output!('n1', 'stdout', Buffer.from('a\n'));
    await vi.advanceTimersByTimeAsync(1300);
    expect(terminal.err).toBe('');

    await vi.advanceTimersByTimeAsync(50);
    expect(terminal.err).toBe('\rmuster:  0/10\r');

    for (const node of names(10).slice(0, 8)) {
      await end(node);
    }
    await vi.advanceTimersByTimeAsync(700);
    expect(terminal.err).toBe('\rmuster:  0/10\r\rmuster:  8/10 (n[9-10])\r');

    await end('n9');
    await end('n10');
    await presenter.end();
    expect(terminal.both.at(-3)).toEqual(['stderr', `\r${' '.repeat(23)}\r`]);
    expect(terminal.out).toBe('---------------\nn1\n---------------\na\n');
  });

  test('does not name nodes where the terminal is too narrow', async () => {
    const { terminal, end } = await begun(3, { gather: true }, { ...onTerminal, columns: 16 });
    await end('n2');
    await vi.advanceTimersByTimeAsync(2000);

    expect(terminal.err).toBe('\rmuster: 1/3\r');
  });

  test('steps aside for live lines under -P', async () => {
    const { terminal, presenter } = await begun(2, { progress: true });
    await vi.advanceTimersByTimeAsync(1400);
    await presenter.output!('n1', 'stdout', Buffer.from('a\n'));

    expect(terminal.both).toEqual([
      ['stderr', '\rmuster: 0/2\r'],
      ['stderr', `\r${' '.repeat(11)}\r`],
      ['stdout', 'n1: a\n'],
    ]);
  });

  test.each([
    { why: 'under -q', options: { gather: true, quiet: true }, capture: onTerminal },
    { why: 'without -b, -L or -P', options: {}, capture: onTerminal },
    { why: 'when stderr is no terminal', options: { gather: true }, capture: { stdoutIsTTY: true } },
  ])('does not appear $why', async ({ options, capture }) => {
    const { terminal } = await begun(2, options, capture);
    await vi.advanceTimersByTimeAsync(5000);

    expect(terminal.err).toBe('');
  });
});
