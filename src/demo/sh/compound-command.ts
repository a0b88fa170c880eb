import type { Evaluate } from './builtins.ts';
import type { Evaluator } from './evaluator.ts';
import { expandSegments, expandText, expandWords } from './expand.ts';
import { settle } from './finish-shell.ts';
import { matchesPattern } from './pattern.ts';
import { LoopControl, setVariable, subshellOf } from './shell.ts';
import type { Shell } from './shell.ts';
import type { Compound, List } from './syntax.ts';

async function condition(shell: Shell, test: List, evaluate: Evaluate): Promise<boolean> {
  shell.tested += 1;
  try {
    shell.status = 0;
    return (await evaluate(shell, test)) === 0;
  } finally {
    shell.tested -= 1;
  }
}

/** Runs `if`, `for`, `{ … }` and the like; its redirections are already in place. */
export async function evaluateCompound(
  shell: Shell,
  command: Compound,
  evaluator: Evaluator,
): Promise<number> {
  const { list: evaluate, substitute } = evaluator;
  switch (command.kind) {
    case 'group':
      return evaluate(shell, command.body);
    case 'subshell': {
      const child = subshellOf(shell);
      return settle(shell, child, () => evaluate(child, command.body), evaluate);
    }
    case 'if':
      for (const { test, body } of command.branches) {
        if (await condition(shell, test, evaluate)) {
          shell.status = 0;
          return evaluate(shell, body);
        }
      }
      shell.status = 0;
      return command.otherwise === undefined ? 0 : evaluate(shell, command.otherwise);
    case 'while':
      return loop(
        shell,
        () => evaluate(shell, command.body),
        async () => (await condition(shell, command.test, evaluate)) !== command.until,
      );
    case 'for': {
      const values =
        command.words === undefined ? shell.positional : await expandWords(shell, command.words, substitute);
      const remaining = [...values];
      return loop(
        shell,
        () => evaluate(shell, command.body),
        () => {
          const value = remaining.shift();
          if (value !== undefined) {
            setVariable(shell, command.name, value);
          }
          return Promise.resolve(value !== undefined);
        },
      );
    }
    case 'case': {
      const text = await expandText(shell, command.word, substitute);
      for (const { patterns, body } of command.branches) {
        for (const pattern of patterns) {
          if (matchesPattern(text, await expandSegments(shell, pattern, substitute))) {
            shell.status = 0;
            return evaluate(shell, body);
          }
        }
      }
      return 0;
    }
    default:
      shell.functions.set(command.name, command.body);
      return 0;
  }
}

async function loop(
  shell: Shell,
  body: () => Promise<number>,
  next: () => Promise<boolean>,
): Promise<number> {
  let status = 0;
  shell.loops += 1;
  try {
    while (await next()) {
      await shell.job.checkpoint();
      try {
        status = await body();
      } catch (error) {
        if (!(error instanceof LoopControl)) {
          throw error;
        }
        if (error.levels > 1 && shell.loops > 1) {
          throw new LoopControl(error.kind, error.levels - 1);
        }
        status = 0;
        if (error.kind === 'break') {
          return 0;
        }
      }
    }
    return status;
  } finally {
    shell.loops -= 1;
  }
}
