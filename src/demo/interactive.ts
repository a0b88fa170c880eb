import { evaluate } from './sh/evaluate.ts';
import { finishShell } from './sh/finish-shell.ts';
import { Interrupted } from './sh/job.ts';
import { parseScript } from './sh/parse.ts';
import { complain, outputOf, ShellError, stdinOf } from './sh/shell.ts';
import type { Shell } from './sh/shell.ts';
import type { Input, Output } from './sh/streams.ts';
import { ShellSyntaxError } from './sh/syntax.ts';
import type { List } from './sh/syntax.ts';

/** `ssh node1` without a command: lines from the client until `exit` or the end of input. */
export async function runInteractive(shell: Shell, terminal: boolean): Promise<number> {
  if (terminal) {
    await outputOf(shell, 1).write(
      'A node of the muster demo: it exists in memory only. Try help; exit leaves.\n',
    );
    shell.job.setDisposition('INT', 'trap');
  }
  return finishShell(shell, () => runLines(shell, terminal), evaluate);
}

async function runLines(shell: Shell, terminal: boolean): Promise<number> {
  for (;;) {
    if (terminal) {
      shell.job.takePending(); // Ctrl-C: it has done its work
    }
    try {
      const list = await readCommand(shell, terminal ? outputOf(shell, 1) : undefined);
      if (list === undefined) {
        return shell.status;
      }
      await evaluate(shell, list);
    } catch (error) {
      if (error instanceof Interrupted) {
        shell.status = 130;
      } else if (error instanceof ShellError || error instanceof ShellSyntaxError) {
        await complain(shell, error.message);
        shell.status = 2;
      } else {
        throw error;
      }
    }
  }
}

const isUnfinished = (error: unknown): boolean =>
  error instanceof ShellSyntaxError &&
  /end of file unexpected|Unterminated quoted string/.test(error.message);

/** One line, or as many as it takes until the command is whole; undefined at the end of input. */
async function readCommand(shell: Shell, echo: Output | undefined): Promise<List | undefined> {
  let text = '';
  for (;;) {
    await echo?.write(text === '' ? `${shell.user}@${shell.node.name}:${shell.folder}$ ` : '> ');
    const line = await nextLine(shell, stdinOf(shell), echo);
    if (line === undefined) {
      return text === '' ? undefined : parseScript(text);
    }
    text += `${line}\n`;
    try {
      return parseScript(text);
    } catch (error) {
      if (!isUnfinished(error)) {
        throw error;
      }
    }
  }
}

async function nextLine(shell: Shell, input: Input, echo: Output | undefined): Promise<string | undefined> {
  if (echo === undefined) {
    const { line, ended } = await shell.job.unlessSignalled(input.readLine());
    return ended && line === '' ? undefined : line;
  }
  try {
    return await shell.job.unlessSignalled(typedLine(input, echo));
  } catch (error) {
    if (error instanceof Interrupted) {
      await echo.write('^C\n');
    }
    throw error;
  }
}

/** A line typed on a terminal, shown as it is typed; backspace and Ctrl-U work, Ctrl-D on an empty line ends. */
async function typedLine(input: Input, echo: Output): Promise<string | undefined> {
  let line = '';
  for (;;) {
    const chunk = await input.read();
    if (chunk === undefined) {
      return undefined;
    }
    const typed = Buffer.from(chunk).toString();
    for (const [at, char] of Array.from(typed).entries()) {
      if (char === '\r' || char === '\n') {
        await echo.write('\n');
        input.unread(
          Buffer.from(
            Array.from(typed)
              .slice(at + 1)
              .join(''),
          ),
        );
        return line;
      }
      if (char === '\u0004' && line === '') {
        await echo.write('\n');
        return undefined;
      }
      if (char === '\u007F' || char === '\b') {
        if (line !== '') {
          line = Array.from(line).slice(0, -1).join('');
          await echo.write('\b \b');
        }
      } else if (char === '\u0015') {
        await echo.write('\b \b'.repeat(Array.from(line).length));
        line = '';
      } else if (char >= ' ') {
        line += char;
        await echo.write(char);
      }
    }
  }
}
