import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPseudoTerminal } from '../../support/pseudo-terminal.ts';
import type { PseudoTerminal } from '../../support/pseudo-terminal.ts';
import { findTool } from '../../support/require-tool.ts';

const python = findTool('python3', 'python3');
const playground = new URL('../../support/shell-playground.ts', import.meta.url).pathname;

describe.skipIf(python === undefined)('the shell on a terminal', () => {
  let folder: string;
  let opened: PseudoTerminal[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-shell-'));
    opened = [];
  });
  afterEach(() => {
    for (const terminal of opened) terminal.close();
    rmSync(folder, { recursive: true });
  });

  function open(
    nodes: string,
    env: Readonly<Record<string, string>> = { NO_COLOR: '1' },
    argv: readonly string[] = [process.execPath, playground, nodes],
  ): PseudoTerminal {
    const terminal = openPseudoTerminal(python!, argv, {
      MUSTER_PLAYGROUND_HISTORY: join(folder, 'history'),
      ...env,
    });
    opened.push(terminal);
    return terminal;
  }

  async function started(nodes: string): Promise<PseudoTerminal> {
    const terminal = open(nodes);
    await terminal.shows('muster> ');
    return terminal;
  }

  it('says how to leave, what it works with, and asks', async () => {
    const terminal = open('node[1-3]');

    expect(await terminal.shows('muster> ')).toBe(
      "Enter 'quit' to leave this interactive mode\nWorking with nodes: node[1-3]\nmuster> ",
    );
    terminal.press('quit\r');
    expect(await terminal.ends()).toEqual({ code: 0, shown: 'quit\nleft normally\n' });
  });

  it('colours the prompt only where colour is wanted', async () => {
    const plain = await started('n1');
    const colored = open('n1', {});
    await colored.shows('muster> ');

    expect(plain.raw()).not.toContain('\u001B[1mmuster');
    expect(colored.raw()).toContain('\u001B[1mmuster> \u001B[22m');
  });

  it('holds the directory and exported variables from one command to the next', async () => {
    const terminal = await started('node[1-2]');
    terminal.press('cd /tmp && export GREETING="good morning"\r');
    await terminal.shows('muster /tmp> ');
    terminal.press('echo $PWD $GREETING\r');

    const shown = await terminal.shows('muster /tmp> ');
    expect(shown.split('\n').sort()).toEqual([
      'echo $PWD $GREETING',
      'muster /tmp> ',
      'node1: /tmp good morning',
      'node2: /tmp good morning',
    ]);
  });

  it('clears the line at Ctrl-C, gives a hint at an empty one, and leaves at Ctrl-D', async () => {
    const terminal = await started('n1');
    terminal.press('rm -rf /');
    await terminal.shows('rm -rf /');
    terminal.press('\u0003');
    await terminal.shows('^C\nmuster> ');
    terminal.press('\u0003');
    expect(await terminal.shows('muster> ')).toBe('^C\nType quit, or press Ctrl-D, to leave\nmuster> ');
    terminal.press('\u0004');

    expect(await terminal.ends()).toEqual({ code: 0, shown: '\nleft normally\n' });
  });

  it('cancels the command at Ctrl-C, shows what came, and keeps the session', async () => {
    const terminal = await started('n1');
    const marker = join(folder, 'went-on');
    terminal.press(`echo first; sleep 30; touch ${marker}\r`);
    await terminal.shows('n1: first\n');
    terminal.press('\u0003');
    expect(await terminal.shows('muster> ')).toBe(
      '^C\nmuster: cancelling; Ctrl-C again leaves at once\n' +
        'muster: n1: {"kind":"cancelled","remote":"ended"}\nmuster> ',
    );
    terminal.press('echo second\r');
    await terminal.shows('n1: second\n');

    expect(existsSync(marker)).toBe(false);
  });

  it('leaves at once at a second Ctrl-C', async () => {
    const terminal = await started('n1');
    // Until the folder is removed after the test: nothing outlives it.
    terminal.press(`trap '' TERM; echo stubborn; while [ -d ${folder} ]; do sleep 0.05; done\r`);
    await terminal.shows('n1: stubborn\n');
    terminal.press('\u0003');
    await terminal.shows('leaves at once\n');
    terminal.press('\u0003');

    expect(await terminal.ends()).toEqual({ code: 130, shown: '^C\nleft by force\n' });
  });

  it('shows what is in progress and what is pending at Enter', async () => {
    const terminal = await started('n[1-3]');
    const stop = join(folder, 'stop');
    terminal.press(':f 2\r');
    await terminal.shows('fanout: 2\nmuster> ');
    terminal.press(`echo busy; until [ -e ${stop} ]; do sleep 0.05; done\r`);
    await terminal.shows(': busy\n');
    await terminal.shows(': busy\n');
    terminal.press('\r');
    expect(await terminal.shows('pending(1): n3\n')).toBe(
      'muster: still running (Ctrl-C cancels)\nmuster: in progress(2): n[1-2]\nmuster: pending(1): n3\n',
    );
    writeFileSync(stop, '');

    expect(await terminal.shows('muster> ')).toBe('n3: busy\nmuster> ');
  });

  it('runs the lines of a pasted text one after the other', async () => {
    const terminal = await started('n1');
    terminal.press('sleep 0.2; echo one\recho zwei äöü €\r!echo local\r?\recho not yet');

    await terminal.shows('echo not yet');
    expect(
      terminal
        .raw()
        .split('\r\n')
        .map((line) => line.slice(line.lastIndexOf('G') + 1)),
    ).toEqual(
      [
        "Enter 'quit' to leave this interactive mode",
        'Working with nodes: n1',
        'sleep 0.2; echo one\r',
        'n1: one',
        'echo zwei äöü €\r',
        'n1: zwei äöü €',
        '!echo local\r',
        'LOCAL: local',
        '?\r',
        'Working with nodes: n1',
        'echo not yet',
      ].map((line) => expect.stringContaining(line.replace('\r', ''))),
    );
  });

  it('keeps the order of lines that end by a line separator of Unicode', async () => {
    const terminal = await started('n1');
    terminal.press('sleep 0.2; echo one\u2028echo two\r');

    expect(await terminal.shows('n1: two\n')).toBe(
      'sleep 0.2; echo one\necho two\nn1: one\nmuster> echo two\nn1: two\n',
    );
  });

  it('drops the rest of a pasted text when the command is cancelled', async () => {
    const terminal = await started('n1');
    terminal.press('echo go; sleep 30\recho never\r');
    await terminal.shows('n1: go\n');
    terminal.press('\u0003');
    await terminal.shows('muster: what was typed ahead is dropped\n');
    await terminal.shows('muster> ');
    terminal.press('echo end\r');

    expect(await terminal.shows('n1: end\n')).toBe('echo end\nn1: end\n');
  });

  it('takes a very long line and a change of size while it is typed', async () => {
    const terminal = await started('n1');
    const long = 'x'.repeat(20_000);
    terminal.press(`printf %s ${long}`);
    terminal.resize(10, 40);
    terminal.press(' | wc -c\r');

    expect(await terminal.shows('n1: 20000\n')).toContain(' | wc -c');
  });

  it('reads on after a backslash at the end of a line', async () => {
    const terminal = await started('n1');
    terminal.press('echo one \\\r');
    await terminal.shows('\n> ');
    terminal.press('two\r');

    expect(await terminal.shows('n1: one two\n')).toBe('two\nn1: one two\n');
  });

  it('completes groups, sources, nodes and settings', async () => {
    const terminal = await started('n1');
    terminal.press('+@pa\t');
    await terminal.shows('+@patroni');
    terminal.press('&@cluster:6\t\r');
    await terminal.shows('@cluster:69');
    await terminal.shows('Working with nodes: db69-[1-3],n1\n');
    terminal.press(':fa\t 2\r');

    expect(await terminal.shows('fanout: 2\n')).toContain(':fanout 2\n');
  });

  it('goes through a bad set, an emptied one and an unknown group without leaving', async () => {
    const terminal = await started('node[1-2]');
    terminal.press('+node[1-\r');
    await terminal.shows('muster: ');
    await terminal.shows('muster> ');
    terminal.press('@typo\r');
    expect(await terminal.shows('muster> ')).toBe(
      '@typo\nmuster: unknown group: @typo\nKnown: @patroni, @etcd, @cluster:69\nmuster> ',
    );
    terminal.press('-node[1-2]\r');
    await terminal.shows('muster: That would leave no node to work with; the nodes stay as they are\n');
    terminal.press('?\r');

    await terminal.shows('Working with nodes: node[1-2]\n');
  });

  it('marks nodes that were not reached, and drops them', async () => {
    const terminal = await started('n1,down1');
    terminal.press('true\r');
    await terminal.shows('muster: not reached (1): down1. :retry tries again, :drop works without them.\n');
    terminal.press('?\r');
    await terminal.shows('Working with nodes: down1,n1\nNot reached (1): down1\n');
    terminal.press(':drop\r');

    expect(await terminal.shows('Working with nodes: n1\n')).toContain(':drop\n');
  });

  it('leaves the terminal to a question that is asked while a command runs', async () => {
    const terminal = await started('n1');
    terminal.press('ask\r');
    await terminal.shows('Passphrase: ');
    terminal.press('open sesame\r');
    await terminal.shows('answered: open sesame\n');
    await terminal.shows('muster> ');
    terminal.press('echo after\r');

    expect(await terminal.shows('n1: after\n')).toBe('echo after\nn1: after\n');
  });

  it.each([
    ['while a command runs', 'kill -TERM $PPID; echo told; sleep 60', 'n1: told\n'],
    ['from the next prompt', '(sleep 0.3; kill -TERM $PPID) >/dev/null 2>&1 & echo soon', 'n1: soon\n'],
  ])('cancels what runs and leaves when it is ended from outside, %s', async (_when, command, shown) => {
    const terminal = await started('n1');
    terminal.press(`${command}\r`);
    await terminal.shows(shown);

    const end = await terminal.ends();
    expect(end.code).toBe(0);
    expect(end.shown).toContain('left normally\n');
  });

  it('is suspended by Ctrl-Z and comes back with the line as it was', async () => {
    const terminal = open('', { NO_COLOR: '1' }, ['/bin/bash', '--norc', '-i']);
    terminal.press('PS1=login:\n');
    await terminal.shows('\nlogin:');
    terminal.press(`${process.execPath} ${playground} n1\n`);
    await terminal.shows('muster> ');
    terminal.press('echo be');
    await terminal.shows('echo be');
    terminal.press('\u001A');
    await terminal.shows('Stopped');
    await terminal.shows('login:');
    terminal.press('fg\n');
    await terminal.shows('muster> echo be');
    terminal.press('fore\r');

    expect(await terminal.shows('n1: before\n')).toContain('fore\nn1: before\n');
  });

  it('recalls the lines of an earlier session, but not those with a blank before them', async () => {
    const first = await started('n1');
    first.press('echo kept\r');
    await first.shows('n1: kept\n');
    first.press(' echo unkept\r');
    await first.shows('n1: unkept\n');
    first.press('quit\r');
    await first.ends();
    expect(readFileSync(join(folder, 'history'), 'utf8')).toBe('echo kept\n');

    const second = await started('n1');
    second.press('\u001B[A\r');
    expect(await second.shows('n1: kept\n')).toContain('echo kept');
  });
});
