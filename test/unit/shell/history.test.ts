import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { historySize, openHistory } from '../../../src/shell/history.ts';

let folder: string;
let file: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-history-'));
  file = join(folder, 'state', 'shell-history');
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (secrets: readonly string[] = []) =>
  openHistory({ file, secrets: () => secrets, warn: (message) => warnings.push(message) });

describe('openHistory', () => {
  it('writes each line at once, readable by its owner alone', () => {
    const history = open();
    history.append('uname -r');
    history.append('+node4');

    expect(readFileSync(file, 'utf8')).toBe('uname -r\n+node4\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
  });

  it('closes a file that others could read', () => {
    open();
    chmodSync(file, 0o644);
    open();

    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('keeps the lines of two shells that are open at the same time', () => {
    const one = open();
    const two = open();
    one.append('a');
    two.append('b');
    one.append('c');

    expect(open().lines).toEqual(['a', 'b', 'c']);
  });

  it('keeps the latest of the same lines, and a thousand of them', () => {
    mkdirSync(join(folder, 'state'));
    const lines = [
      'old',
      ...Array.from({ length: 3 * historySize }, (_, index) => `echo ${index % 1500}`),
      'old',
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);

    const history = open();

    expect(history.lines).toHaveLength(historySize);
    expect(history.lines.at(-1)).toBe('old');
    expect(history.lines.filter((line) => line === 'old')).toEqual(['old']);
    expect(readFileSync(file, 'utf8')).toBe(`${history.lines.join('\n')}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a line with a blank before it', ' uname'],
    ['a line that holds a registered secret', 'psql postgres://u@h/x hunter2'],
    ['an empty line', ''],
    ['several lines at once', 'a\nb'],
  ])('keeps %s out, of the file and of what can be recalled', (_what, line) => {
    const history = open(['hunter2']);
    history.append(line);

    expect(history.accepts(line)).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it.each(['export PGPASSWORD=x', 'psql postgresql://u:p@h/db', 'psql -c "alter role a password \'x\'"'])(
    'writes no password down: %s',
    (line) => {
      const history = open();
      history.append(line);

      expect(history.accepts(line)).toBe(true);
      expect(readFileSync(file, 'utf8')).toBe('');
    },
  );

  it('does not write the same line twice in a row', () => {
    const history = open();
    history.append('a');
    history.append('a');

    expect(readFileSync(file, 'utf8')).toBe('a\n');
  });

  it('works without a history where the file cannot be used, and says so once', () => {
    mkdirSync(file, { recursive: true });
    const history = open();
    history.append('a');
    history.append('b');

    expect(history.lines).toEqual([]);
    expect(warnings).toEqual([
      `history is not kept: EISDIR: illegal operation on a directory, open '${file}'`,
    ]);
  });

  it('leaves unreadable lines out, says so once, and does not touch the file', () => {
    mkdirSync(join(folder, 'state'));
    const bytes = Buffer.from('good\n\xff\xfe\0bad\nbetter\n', 'latin1');
    writeFileSync(file, bytes);

    expect(open().lines).toEqual(['good', 'better']);
    expect(warnings).toEqual([`unreadable lines left out of the history: 1 (${file})`]);
    expect(readFileSync(file)).toEqual(bytes);
  });

  it('keeps nothing without a file', () => {
    const history = openHistory({ file: undefined, warn: (message) => warnings.push(message) });
    history.append('a');

    expect([history.lines, history.accepts('a'), warnings]).toEqual([[], true, []]);
  });
});
