import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createLineGather } from '../../src/fanout/line-gather.ts';
import type { NodeReport } from '../../src/fanout/observer.ts';
import { createRunPresenter } from '../../src/output/create-run-presenter.ts';
import type { PresenterOptions } from '../../src/output/run-presenter.ts';
import { showTexts, type ShowTextsOptions } from '../../src/output/show-texts.ts';
import { captureTerminal } from '../support/capture-terminal.ts';
import { defaultOptions } from '../support/replay-run.ts';
import { findTool } from '../support/require-tool.ts';

const clush = findTool('clush', 'clustershell');
const clubak = findTool('clubak', 'clustershell');
const folder = mkdtempSync(join(tmpdir(), 'output-differential-'));
const env = { PATH: process.env['PATH'], CLUSTERSHELL_CFGDIR: folder, HOME: folder };
afterAll(() => rmSync(folder, { recursive: true }));

interface NodeAnswer {
  readonly out: string;
  readonly err?: string;
  readonly code?: number;
}

type Answers = Readonly<Record<string, NodeAnswer>>;

/** What clush prints when each node answers so: the files are shown by local processes. */
function askClush(answers: Answers, options: string): { out: string; err: string } {
  for (const [node, { out, err = '', code = 0 }] of Object.entries(answers)) {
    writeFileSync(join(folder, `${node}.out`), out, 'latin1');
    writeFileSync(join(folder, `${node}.err`), err, 'latin1');
    writeFileSync(join(folder, `${node}.code`), `${code}`);
  }
  const command = `cat ${folder}/%h.out; cat ${folder}/%h.err >&2; exit $(cat ${folder}/%h.code)`;
  const nodes = Object.keys(answers).join(',');
  const run = spawnSync(clush!, ['-R', 'exec', ...options.split(' ').filter(Boolean), '-w', nodes, command], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { out: run.stdout.toString('latin1'), err: run.stderr.toString('latin1') };
}

async function present(
  answers: Answers,
  options: Partial<PresenterOptions>,
): Promise<{ out: string; err: string }> {
  const terminal = captureTerminal({ latin1: true });
  const presenter = createRunPresenter({ ...defaultOptions, programName: 'clush', ...options }, terminal);
  await presenter.begin(Object.keys(answers));
  for (const [node, { out, err = '', code = 0 }] of Object.entries(answers)) {
    for (const [stream, text] of [['stdout', out] as const, ['stderr', err] as const]) {
      for (let from = 0; from < text.length; from += 7) {
        await presenter.output!(node, stream, Buffer.from(text.slice(from, from + 7), 'latin1'));
      }
    }
    const report: NodeReport = {
      node,
      outcome: { kind: 'finished', code },
      startedAt: new Date(),
      durationMs: 1,
      bytes: { stdout: out.length, stderr: err.length },
    };
    await presenter.ended!(report);
  }
  await presenter.end();
  return { out: terminal.out, err: terminal.err };
}

const same = (count: number, answer: (index: number) => NodeAnswer): Answers =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index + 1}`, answer(index)]));

const runs: Record<string, Answers> = {
  'the same text with two exit codes': same(4, (index) => ({ out: 'same\n', code: index > 1 ? 1 : 0 })),
  'two texts, a missing newline, CRLF, blanks': same(6, (index) => ({
    out: ['two\n', 'two', 'a\r\nb\r\n', 'a\nb', 'a\nb \n', '\n\n'][index]!,
  })),
  'many nodes, each its own text': same(12, (index) => ({ out: `text ${index}\n` })),
  'names that sort by text and by number': {
    n10: { out: 'x\n' },
    n2: { out: 'y\n' },
    n1: { out: 'z\n' },
    a100: { out: 'w\n' },
    a20: { out: 'w\n' },
  },
  'two-dimensional names': {
    'db69-1': { out: 'leader\n' },
    'db70-2': { out: 'leader\n' },
    'db69-2': { out: 'replica\n' },
    'db70-1': { out: 'replica\n' },
    'db70-3': { out: 'replica\n' },
  },
  'silent nodes': same(3, (index) => ({ out: index === 1 ? 'only me\n' : '' })),
  'bytes that are not UTF-8': same(2, () => ({ out: 'caf\u00e9\u0000\u00ff\n' })),
  'a long listing that differs in the middle': same(5, (index) => ({
    out: Array.from(
      { length: 60 },
      (_, line) => `${index === 3 && line % 25 === 7 ? 'other' : 'line'} ${line}\n`,
    ).join(''),
    code: index === 4 ? 2 : 0,
  })),
};

describe.skipIf(clush === undefined)('clush prints the same bytes', () => {
  for (const [name, answers] of Object.entries(runs)) {
    test.each([
      { flags: '-b', options: { gather: true } },
      { flags: '-bq', options: { gather: true, quiet: true } },
      { flags: '-bN', options: { gather: true, label: false } },
      { flags: '-L', options: { lineMode: true } },
      { flags: '-bL', options: { gather: true, lineMode: true } },
      { flags: '--diff', options: { diff: true } },
      { flags: '-b --color=always', options: { gather: true, color: 'always' as const } },
      { flags: '--diff --color=always', options: { diff: true, color: 'always' as const } },
    ])(`${name}: $flags`, async ({ flags, options }) => {
      const ours = await present(answers, options);

      expect(ours.out).toBe(askClush(answers, flags).out);
    });
  }

  test('messages about exit codes, in any order', async () => {
    const answers = same(5, (index) => ({ out: 'x\n', code: [0, 2, 2, 1, 7][index]! }));
    const sorted = (text: string): string[] => text.split('\n').sort();

    for (const [flags, options] of [
      ['-b', { gather: true }],
      ['-bq', { gather: true, quiet: true }],
      ['-L', { lineMode: true }],
      ['', {}],
      ['-qbS', { gather: true, quiet: true, maxRc: true }],
    ] as const) {
      expect(sorted((await present(answers, options)).err)).toEqual(sorted(askClush(answers, flags).err));
    }
  });

  test('live lines of one node, on both streams', async () => {
    const answers = { n1: { out: 'a\r\n\nb', err: 'e\nf', code: 3 } };

    for (const [flags, options] of [
      ['', {}],
      ['-N', { label: false }],
      ['--color=always', { color: 'always' }],
    ] as const) {
      expect(await present(answers, options)).toEqual(askClush(answers, flags));
    }
  });
});

describe.skipIf(clubak === undefined)('clubak prints the same bytes', () => {
  const lines = 'n1: a\nn2: a\nn1: b\nn2: c\nn3: a\nn10: z\nn11: z\nn12: z\nn12: \nn13:z\n';
  const plain: ShowTextsOptions = {
    gather: false,
    lineMode: false,
    diff: false,
    label: true,
    nodeCount: true,
    color: 'never',
    raw: false,
    programName: 'clubak',
  };

  test.each([
    { flags: '', options: {} },
    { flags: '-b', options: { gather: true } },
    { flags: '-L', options: { lineMode: true } },
    { flags: '-bL', options: { gather: true, lineMode: true } },
    { flags: '-bN', options: { gather: true, label: false } },
    { flags: '-bq', options: { gather: true, nodeCount: false } },
    { flags: '--diff', options: { diff: true } },
    { flags: '-bL --color=always', options: { gather: true, lineMode: true, color: 'always' as const } },
  ])('clubak $flags', async ({ flags, options }) => {
    const gather = createLineGather();
    for (const line of lines.trimEnd().split('\n')) {
      const [node, ...rest] = line.split(':');
      gather.add(node!, Buffer.from(rest.join(':')));
    }
    const terminal = captureTerminal();
    await showTexts(gather.groups(), { ...plain, ...options }, terminal);

    const theirs = spawnSync(clubak!, flags.split(' ').filter(Boolean), { env, input: lines });
    expect(terminal.out).toBe(theirs.stdout.toString());
  });
});
