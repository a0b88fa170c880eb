import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { KeyGate } from '../../../src/shell/key-gate.ts';

let keyboard: PassThrough;
let told: string[];
let gate: KeyGate;
let read: string[];

/** Streams hand data on in later turns of the event loop; this is after them. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

async function press(keys: string | Buffer): Promise<void> {
  keyboard.write(keys);
  await settled();
}

beforeEach(() => {
  keyboard = new PassThrough();
  told = [];
  read = [];
  gate = new KeyGate(keyboard, {
    interrupt: (dropped) => told.push(dropped ? 'interrupt, dropped' : 'interrupt'),
    enter: () => told.push('enter'),
  });
});

/** As the line editor: takes pieces, and a command starts at the end of a line. */
function readLines(): void {
  gate.on('data', (piece: Buffer) => {
    read.push(piece.toString());
    if (/[\r\n]$/.test(piece.toString())) gate.hold();
  });
}

describe('KeyGate', () => {
  it('gives one line of a pasted text at a time', async () => {
    readLines();
    await press('one\rtwo\r\nthree\nfour');
    expect(read).toEqual(['one\r']);

    gate.open();
    await settled();
    expect(read).toEqual(['one\r', 'two\r\n']);

    gate.open();
    await settled();
    gate.open();
    await settled();
    expect(read).toEqual(['one\r', 'two\r\n', 'three\n', 'four']);
  });

  it('keeps what is typed while a command runs, but tells Ctrl-C and Enter at once', async () => {
    readLines();
    gate.hold();
    await press('\r');
    await press('ls');
    await press('\r');
    expect([told, read]).toEqual([['enter'], []]);

    gate.open();
    await settled();
    expect(read).toEqual(['ls\r']);
  });

  it('forgets what was typed ahead when Ctrl-C comes', async () => {
    readLines();
    gate.hold();
    await press('rm -rf x\rrm');
    await press('\u0003');
    await press('\u0003next');
    gate.open();
    await settled();

    expect([told, read]).toEqual([['interrupt, dropped', 'interrupt'], ['next']]);
  });

  it('leaves Ctrl-C to the editor while no command runs', async () => {
    readLines();
    await press('a\u0003');

    expect([told, read]).toEqual([[], ['a\u0003']]);
  });

  it('waits for an editor that has paused, and loses nothing', async () => {
    gate.on('data', (piece: Buffer) => read.push(piece.toString()));
    gate.pause();
    await press('a\rb\rc\r');
    gate.resume();
    await settled();

    expect(read.join('')).toBe('a\rb\rc\r');
  });

  it('ends with the terminal, after the lines typed before, and cancels what runs', async () => {
    readLines();
    let ended = false;
    gate.on('end', () => (ended = true));
    await press('a\r');
    keyboard.end('b\r');
    await settled();
    expect([told, ended]).toEqual([['interrupt'], false]);

    gate.open();
    await settled();
    gate.open();
    await settled();
    expect([read, ended]).toEqual([['a\r', 'b\r'], true]);
  });

  it('takes a terminal that is taken away for its end', async () => {
    readLines();
    let ended = false;
    gate.on('end', () => (ended = true));
    keyboard.destroy(new Error('read EIO'));
    await settled();

    expect(ended).toBe(true);
  });

  it('hands raw mode to the terminal', () => {
    const modes: boolean[] = [];
    const terminal = Object.assign(new PassThrough(), { setRawMode: (raw: boolean) => modes.push(raw) });
    new KeyGate(terminal, { interrupt: () => undefined, enter: () => undefined }).setRawMode(true);

    expect(modes).toEqual([true]);
  });
});
