import type { Operator } from '../nodeset/expression.ts';

/** One word of the command line, or the value of -x, -i, -X: an operation with an expression, `-` is standard input. */
export interface SetStep {
  readonly operator: Operator;
  readonly text: string;
}

/** What a command line makes a set of. */
export interface SetSteps {
  /** -a: starts with all nodes of the group source. */
  readonly all: boolean;
  /** Operations written before the first word. */
  readonly before: readonly SetStep[];
  /** From the first word on. */
  readonly after: readonly SetStep[];
}

/** How steps are read and combined: node sets, range sets and lists in the order written each have their own way. */
export interface StepReader<Result> {
  readonly empty: Result;
  /** The union of the expressions. */
  read(texts: readonly string[]): Promise<Result>;
  all(): Promise<Result>;
  /** All expressions of standard input; asked again, nothing. */
  standardInput(): Promise<Result>;
  combine(operator: Operator, left: Result, right: Result): Result;
  isEmpty(result: Result): boolean;
}

/** nodeset's order among the operations written before the first word. */
const rank: Readonly<Record<Operator, number>> = { ',': 0, '!': 1, '&': 2, '^': 3 };

/**
 * The set of a command line, as nodeset reads it: all nodes with -a, else standard input when no word is given; then
 * the operations before the first word, sorted by kind; then everything from the first word on, left to right.
 * @param warn called when an operation has nothing on its left
 */
export async function evaluateSteps<Result>(
  { all, before, after }: SetSteps,
  reader: StepReader<Result>,
  warn: (text: string) => void,
): Promise<Result> {
  const ordered = before.toSorted((a, b) => rank[a.operator] - rank[b.operator]);
  let result = reader.empty;
  if (all) result = await reader.all();
  else if (after.length === 0) result = await reader.standardInput();
  if (before.length > 0 && reader.isEmpty(result)) warn('nothing stands to the left of the first operation');
  for (const { operator, text } of ordered) {
    result = reader.combine(operator, result, await readOne(text, reader));
  }
  let words: string[] = [];
  for (const { operator, text } of after) {
    if (operator === ',' && text !== '-') {
      words.push(text);
      continue;
    }
    if (words.length > 0) result = reader.combine(',', result, await reader.read(words));
    words = [];
    result = reader.combine(operator, result, await readOne(text, reader));
  }
  return words.length === 0 ? result : reader.combine(',', result, await reader.read(words));
}

function readOne<Result>(text: string, reader: StepReader<Result>): Promise<Result> {
  return text === '-' ? reader.standardInput() : reader.read([text]);
}
