import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import type { NodeReport } from '../fanout/observer.ts';
import type { ShellBackend } from './backend.ts';
import { completeLine } from './complete.ts';
import type { Completion } from './complete.ts';
import { historySize, openHistory } from './history.ts';
import { KeyGate } from './key-gate.ts';
import type { KeySource } from './key-gate.ts';
import { createSession } from './session.ts';
import type { ShellSettings } from './settings.ts';

export interface ShellOptions {
  readonly backend: ShellBackend;
  /** Never empty, in the order written. */
  readonly nodes: readonly string[];
  readonly settings: ShellSettings;
  /** The terminal, both ways. */
  readonly input: KeySource;
  readonly output: NodeJS.WritableStream;
  /** Absent: no history from one session to the next. */
  readonly historyFile?: string;
  /** Lines of it that are kept; default: as built in. */
  readonly historySize?: number | undefined;
  /** Values that must never be written to the history. */
  readonly secrets?: () => Iterable<string>;
  /** Whether the prompt may be coloured. */
  readonly color: boolean;
  /** Ends the session from outside (SIGTERM, SIGHUP): what runs is cancelled and shown, then the shell leaves. */
  readonly signal?: AbortSignal;
}

/** How a session ended. */
export interface ShellEnd {
  /** Left by a second Ctrl-C while a command was still being cancelled. */
  readonly forced: boolean;
  /** Of the last command: what the exit status may be made of. */
  readonly reports: readonly NodeReport[];
}

type CompletionDone = (error: Error | null, result: Completion) => void;

/** The rest of the line is erased: progress may stand there. */
const controlC = '^C\u001b[K';

/** Reads lines from the terminal and carries each out, one after the other, until quit, Ctrl-D or a second Ctrl-C. */
export async function runShell(options: ShellOptions): Promise<ShellEnd> {
  const { backend, output } = options;
  const print = (line: string): void => {
    output.write(`${line}\n`);
  };
  const session = createSession({ backend, nodes: options.nodes, settings: options.settings, print });
  const { historySize: size = historySize } = options;
  const history = openHistory({
    file: options.historyFile,
    size,
    warn: (message) => print(`muster: ${message}`),
    ...(options.secrets === undefined ? {} : { secrets: options.secrets }),
  });

  return new Promise<ShellEnd>((resolve, reject) => {
    let running: AbortController | undefined;
    let continued = '';
    /** Lines the editor found while one was running: it also ends lines at U+2028, which the gate lets through. */
    const queued: string[] = [];
    let left = false;

    const gate = new KeyGate(options.input, {
      interrupt: (dropped) => interruptRunning(dropped),
      enter: () => session.progressLines().forEach((line) => print(line)),
    });
    const editor = createInterface({
      input: gate,
      output,
      terminal: true,
      history: history.lines.toReversed(),
      historySize: size,
      removeHistoryDuplicates: true,
      completer: (line: string, done: CompletionDone) => void answerTab(line, done),
    });
    // readline keeps every line; ours are kept only when they may be.
    editor.on('history', (lines: string[]) => {
      if (lines[0] !== undefined && !history.accepts(lines[0])) lines.shift();
    });

    async function answerTab(line: string, done: CompletionDone): Promise<void> {
      try {
        done(null, await completeLine(line, backend.complete));
      } catch (error) {
        fail(error);
      }
    }

    function leave(forced: boolean): void {
      if (left) return;
      left = true;
      editor.close();
      gate.detach();
      resolve({ forced, reports: session.lastReports() });
    }

    /** Only bugs come here: the terminal is given back before they are reported. */
    function fail(error: unknown): void {
      if (left) return;
      left = true;
      editor.close();
      gate.detach();
      reject(error instanceof Error ? error : new Error(String(error)));
    }

    function prompt(): void {
      editor.setPrompt(colored(promptText(), options.color));
      editor.prompt();
      gate.open();
    }

    function promptText(): string {
      return continued === '' ? session.prompt() : '> ';
    }

    function next(): void {
      const typed = queued.shift();
      if (typed === undefined) {
        prompt();
        return;
      }
      print(`${promptText()}${typed}`);
      take(typed);
    }

    function take(typed: string): void {
      gate.hold();
      // A backslash at the end asks for the rest of the command, in every shell.
      if (/(?:^|[^\\])(?:\\\\)*\\$/.test(typed)) {
        continued += typed.slice(0, -1);
        next();
        return;
      }
      const line = continued + typed;
      continued = '';
      if (line.trim().toLowerCase() !== 'quit') history.append(line);
      void carryOut(line);
    }

    function interruptRunning(dropped: boolean): void {
      if (running === undefined) return;
      if (running.signal.aborted) {
        print(controlC);
        leave(true);
        return;
      }
      print(`${controlC}\nmuster: cancelling; Ctrl-C again leaves at once`);
      if (queued.splice(0).length > 0 || dropped) print('muster: what was typed ahead is dropped');
      running.abort();
    }

    async function carryOut(line: string): Promise<void> {
      const controller = new AbortController();
      running = controller;
      try {
        if ((await session.execute(line, controller.signal)) === 'leave') leave(false);
      } catch (error) {
        fail(error);
      }
      running = undefined;
      if (options.signal?.aborted === true) leave(false);
      if (!left) next();
    }

    editor.on('line', (typed) => {
      if (running === undefined) take(typed);
      else queued.push(typed);
    });
    editor.on('SIGINT', () => {
      if (editor.line === '' && continued === '') {
        print(`${controlC}\nType quit, or press Ctrl-D, to leave`);
      } else {
        clearLine(editor);
        print(controlC);
      }
      continued = '';
      gate.discard();
      prompt();
    });
    // Back from Ctrl-Z: readline has paused, and expects to be asked on.
    editor.on('SIGCONT', () => editor.prompt(true));
    editor.on('close', () => {
      if (left) return;
      print('');
      leave(false);
    });

    options.signal?.addEventListener('abort', () => {
      if (running === undefined) {
        print('');
        leave(false);
      } else {
        running.abort();
      }
    });
    backend.terminalReady?.((use) => gate.lend(use));
    if (!options.settings.quiet) print("Enter 'quit' to leave this interactive mode");
    print(session.workingWith());
    prompt();
  });
}

/** To the end of the line, then everything before it: the text stays in the editor's kill ring (Ctrl-Y). */
function clearLine(editor: Interface): void {
  editor.write(null, { ctrl: true, name: 'e' });
  editor.write(null, { ctrl: true, name: 'u' });
}

function colored(prompt: string, color: boolean): string {
  return color ? `\u001B[1m${prompt}\u001B[22m` : prompt;
}
