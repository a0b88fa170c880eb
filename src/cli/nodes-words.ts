import type { Operator } from '../nodeset/expression.ts';
import type { SetStep, SetSteps } from '../nodetools/set-steps.ts';
import { valueMark } from './argv.ts';

/** A command line of `nodes`, options and set operations apart. */
export interface NodesWords {
  /** For oclif. */
  readonly options: string[];
  readonly before: SetSteps['before'];
  readonly after: SetSteps['after'];
}

const operations: Readonly<Record<string, Operator>> = { exclude: '!', intersection: '&', xor: '^' };
const operation = /^--(exclude|intersection|xor)=(.*)$/s;

/**
 * Takes words and operations out of a normalised command line, in their order, which is their meaning. oclif gets
 * options alone: it would need minutes for a hundred thousand words.
 */
export function splitNodesWords(argv: readonly string[]): NodesWords {
  const options: string[] = [];
  const before: SetStep[] = [];
  const after: SetStep[] = [];
  let onlyWords = false;
  for (const arg of argv) {
    if (onlyWords || !arg.startsWith('-') || arg === '-' || /^-\d/.test(arg)) {
      after.push({ operator: ',', text: arg });
      continue;
    }
    if (arg === '--') {
      onlyWords = true;
      continue;
    }
    const [, name, value] = operation.exec(arg) ?? [];
    if (name === undefined || value === undefined) {
      options.push(arg);
      continue;
    }
    const text = value.startsWith(valueMark) ? value.slice(valueMark.length) : value;
    const step = { operator: operations[name]!, text };
    if (after.length === 0) before.push(step);
    else after.push(step);
  }
  return { options, before, after };
}
