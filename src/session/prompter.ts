import { closeSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';

/** Asks the person at the terminal, one question after the other. */
export interface TerminalPrompter {
  /** The answer; undefined when there is none (Ctrl-C, Ctrl-D). */
  ask(question: string, options: { echo: boolean }): Promise<string | undefined>;
}

/** Gives the terminal to `use` alone, while someone else reads it too. */
export type LendTerminal = <T>(use: () => Promise<T>) => Promise<T>;

/**
 * Talks to the controlling terminal itself, so that it works with stdin and stdout redirected, as ssh does.
 * Undefined where there is none: then nobody can answer, and nothing may wait for an answer.
 * @param write shows text on the terminal, below whatever is being displayed
 */
export function openPrompter(
  write: (text: string) => void,
  lend: LendTerminal,
): TerminalPrompter | undefined {
  if (!hasTerminal()) return undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** A signal ended the run: nobody is asked any more. */
  let over = false;
  const onSignal = (): void => {
    over = true;
  };
  return {
    ask(question, options) {
      const answer = last.then(() =>
        over ? undefined : lend(() => askOnce(question, options.echo, write, onSignal)),
      );
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

async function askOnce(
  question: string,
  echo: boolean,
  write: (text: string) => void,
  onSignal: () => void,
): Promise<string | undefined> {
  const input = new ReadStream(openSync('/dev/tty', 'r'));
  const interrupted = Promise.withResolvers<undefined>();
  const stop = (): void => {
    onSignal();
    interrupted.resolve(undefined);
  };
  // what else the signal means, others know: here it ends the question and gives the terminal back as it was
  for (const signal of endingSignals) process.once(signal, stop);
  input.setRawMode(true);
  write(question);
  try {
    return await Promise.race([readAnswer(input, echo, write), interrupted.promise]);
  } finally {
    for (const signal of endingSignals) process.off(signal, stop);
    input.setRawMode(false);
    input.destroy();
    write('\n');
  }
}

/** Raw mode, so that a password never shows: editing keys are ours. */
function readAnswer(
  input: ReadStream,
  echo: boolean,
  write: (text: string) => void,
): Promise<string | undefined> {
  let answer = '';
  return new Promise((resolve) => {
    input.on('data', (chunk: Buffer) => {
      for (const char of chunk.toString('utf8')) {
        if (char === '\r' || char === '\n') return resolve(answer);
        if (char === '\x03' || char === '\x04') return resolve(undefined);
        if (char === '\x7f' || char === '\b') {
          if (echo && answer !== '') write('\b \b');
          answer = Array.from(answer).slice(0, -1).join('');
        } else if (char === '\x15') {
          if (echo) write('\b \b'.repeat(Array.from(answer).length));
          answer = '';
        } else if (char >= ' ') {
          answer += char;
          if (echo) write(char);
        }
      }
      return undefined;
    });
    input.once('end', () => resolve(undefined));
    input.once('error', () => resolve(undefined));
  });
}
