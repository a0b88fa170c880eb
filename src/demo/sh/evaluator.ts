import type { Evaluate } from './builtins.ts';
import type { RunSubstitution } from './expand.ts';
import type { Shell } from './shell.ts';
import type { Command } from './syntax.ts';

/** What commands need to run the commands inside them; passed in, because commands are recursive and imports are not. */
export interface Evaluator {
  readonly list: Evaluate;
  readonly command: (shell: Shell, command: Command) => Promise<number>;
  readonly substitute: RunSubstitution;
}
