import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../support/muster.ts';
import { openPseudoTerminal, type PseudoTerminal } from '../support/pseudo-terminal.ts';
import { findTool } from '../support/require-tool.ts';

const bin = fileURLToPath(new URL('../../bin', import.meta.url));
const python = findTool('python3', 'python3');
const folder = mkdtempSync(join(tmpdir(), 'muster-completion-'));
const config = { HOME: folder, XDG_CONFIG_HOME: folder, CLUSTERSHELL_CFGDIR: folder };

beforeAll(() => {
  mkdirSync(join(folder, 'groups.d'));
  writeFileSync(join(folder, 'groups.conf'), '[Main]\ndefault: roles\nconfdir:\nautodir: $CFGDIR/groups.d\n');
  writeFileSync(
    join(folder, 'groups.d', 'fleet.yaml'),
    "roles:\n  patroni: 'db[1-3]'\n  web: 'node[4-5]'\ncluster:\n  '69': 'db69-[1-3]'\n  '70': 'db70-[1-3]'\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const shells = [
  {
    shell: 'bash',
    start: ['--norc', '--noprofile', '-i'],
    load: `eval "$(muster completion bash)"`,
    prompt: `PS1='ready> '`,
  },
  {
    shell: 'zsh',
    start: ['-f', '-i'],
    load: `autoload -Uz compinit; compinit -u -D; eval "$(muster completion zsh)"`,
    prompt: `PS1='ready> '; PROMPT_EOL_MARK=''`,
  },
  {
    shell: 'fish',
    start: ['--no-config', '-i'],
    load: `muster completion fish | source`,
    prompt: `function fish_prompt; echo -n 'ready> '; end`,
  },
].map((one) => ({ ...one, program: findTool(one.shell, one.shell) }));

describe.each(shells)('Tab in $shell', ({ program, start, load, prompt }) => {
  let terminal: PseudoTerminal | undefined;
  afterEach(() => terminal?.close());

  async function started(): Promise<PseudoTerminal> {
    terminal = openPseudoTerminal(python!, [program!, ...start], {
      ...config,
      PATH: `${bin}:${process.env['PATH']}`,
      TERM: 'dumb',
    });
    terminal.press(`${load}; ${prompt}\r`);
    await terminal.shows('ready> ');
    terminal.press('echo loa""ded\r');
    await terminal.shows('loaded');
    await terminal.shows('ready> ');
    return terminal;
  }

  describe.skipIf(program === undefined || python === undefined)('on a terminal', () => {
    it.each([
      { asks: 'a group', typed: 'muster nodes -f @patr\t', rest: '\r', answer: 'db[1-3]' },
      { asks: 'a group after a comma', typed: 'muster nodes -f x,@patr\t', rest: '\r', answer: 'db[1-3],x' },
      {
        asks: 'a group of a source, past the colon',
        typed: 'muster nodes -f @cluster:6\t',
        rest: '\r',
        answer: 'db69-[1-3]',
      },
      {
        asks: 'a node after a comma, in quotes',
        typed: "muster nodes -c 'node[1-3],nod\t",
        rest: "5'\r",
        answer: '4',
      },
      {
        asks: 'a command and an option',
        typed: 'muster comp\t',
        rest: 'fish | head -c 20\r',
        answer: '# Completion of must',
      },
    ])('completes $asks', async ({ typed, rest, answer }) => {
      const on = await started();

      on.press(typed);
      // The shell reads on only when the completion has answered: what follows belongs to the completed word.
      on.press(rest);

      const shown = await on.shows(`\n${answer}`);
      expect(shown).toContain('muster');
    });
  });
});

it.each([
  { line: 'muster -bw @pat', candidates: ['@patroni'] },
  { line: 'muster nodes -f node[1-3],no', candidates: ['node[1-3],node4', 'node[1-3],node5'] },
  { line: 'muster -s cluster -g 7', candidates: ['70'] },
  { line: 'muster --nodes=@cl', candidates: ['--nodes=@cluster:'] },
  { line: 'muster run --color=a', candidates: ['--color=always', '--color=auto'] },
  { line: 'muster -w db1 cat @', candidates: [] },
  { line: 'true && muster runs l', candidates: ['list'] },
  { line: 'muster nodes -f db[', candidates: [] },
])('answers $line', async ({ line, candidates }) => {
  const { stdout, stderr, code } = await muster(['__complete', 'zsh', '--', line], { env: config });

  expect({ candidates: stdout.split('\n').slice(0, -1), stderr, code }).toEqual({
    candidates,
    stderr: '',
    code: 0,
  });
});
