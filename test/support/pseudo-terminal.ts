import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

export interface PseudoTerminal {
  press(keys: string): void;
  resize(rows: number, columns: number): void;
  /** What was shown from the end of the last wait up to the end of this text, without colours and carriage returns. */
  shows(text: string): Promise<string>;
  /** Everything shown so far, byte for byte. */
  raw(): string;
  /** What was shown after the last wait, and the program's exit status. */
  ends(): Promise<{ readonly code: number; readonly shown: string }>;
  /** Takes the terminal away from a program that has not ended. */
  close(): void;
}

const deadlineMs = 15_000;

/** Starts a program on a pseudo-terminal of 24 rows and 100 columns; python3 makes it, Node.js cannot. */
export function openPseudoTerminal(
  python: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): PseudoTerminal {
  const bridge = spawn(python, [new URL('terminal-bridge.py', import.meta.url).pathname, ...argv], {
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const decoder = new StringDecoder();
  let raw = '';
  let consumed = 0;
  let changed: () => void = () => undefined;
  bridge.stdout.on('data', (chunk: Buffer) => {
    raw += decoder.write(chunk);
    changed();
  });
  const ended = new Promise<number>((resolve) => bridge.once('close', (code) => resolve(code ?? -1)));
  const shown = (): string => stripVTControlCharacters(raw).replaceAll('\r', '');
  const send = (message: object): void => {
    bridge.stdin.write(`${JSON.stringify(message)}\n`);
  };

  return {
    press: (keys) => send({ keys }),
    resize: (rows, columns) => send({ resize: [rows, columns] }),
    raw: () => raw,
    close: () => void bridge.kill(),
    shows(text) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          changed = () => undefined;
          reject(
            new Error(`never shown: ${JSON.stringify(text)}\nshown instead:\n${shown().slice(consumed)}`),
          );
        }, deadlineMs);
        changed = () => {
          const at = shown().indexOf(text, consumed);
          if (at < 0) return;
          const seen = shown().slice(consumed, at + text.length);
          consumed = at + text.length;
          changed = () => undefined;
          clearTimeout(timer);
          resolve(seen);
        };
        changed();
      });
    },
    async ends() {
      const code = await ended;
      return { code, shown: shown().slice(consumed) };
    },
  };
}
