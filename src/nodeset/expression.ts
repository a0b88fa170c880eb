import { NodeSetSyntaxError } from './errors.ts';
import { readOperand, type Operand } from './operand.ts';

/** `,` union, `!` difference, `&` intersection, `^` symmetric difference. */
export type Operator = ',' | '!' | '&' | '^';

export interface Term {
  /** The operator before the operand; `,` for the first of a line. */
  readonly operator: Operator;
  readonly operand: Operand;
}

/** One expression a line; lines are united. Within a line strictly left to right, without precedence. */
export interface Expression {
  readonly text: string;
  readonly lines: readonly (readonly Term[])[];
}

export interface ParseOptions {
  /** A blank between two operands separates nodes, as a comma does. Else it belongs to the name. */
  readonly blanksSeparate?: boolean | undefined;
  /** Where the text is written, for messages, when the user did not type it. */
  readonly origin?: string | undefined;
}

/** Reads an expression; groups and wildcards stay unresolved. Throws NodeSetSyntaxError. */
export function parseExpression(text: string, options: ParseOptions = {}): Expression {
  const lines: Term[][] = [];
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = parseLine(text, start, end, options);
    if (line.length > 0) lines.push(line);
    start = end + 1;
  }
  return { text, lines };
}

function parseLine(text: string, start: number, end: number, options: ParseOptions): Term[] {
  const terms: Term[] = [];
  let operator: Operator = ',';
  let operatorAt = start;
  let at = skipBlanks(text, start, end);
  if (at === end) return terms;
  for (;;) {
    const operandEnd = endOfOperand(text, at, end, options);
    const trimmedEnd = skipBlanksBack(text, at, operandEnd);
    if (trimmedEnd === at) throw missingOperand(text, at, end, operatorAt, terms, options);
    terms.push({ operator, operand: readOperand(text, at, trimmedEnd, options.origin) });
    at = skipBlanks(text, operandEnd, end);
    if (at === end) return terms;
    operatorAt = at;
    const character = text[at]!;
    if (isOperator(character)) {
      operator = character;
      at = skipBlanks(text, at + 1, end);
    } else {
      operator = ',';
    }
  }
}

/** The place of the operator, or blank when blanks separate, that ends the operand; brackets are stepped over. */
function endOfOperand(text: string, start: number, end: number, options: ParseOptions): number {
  let inBrackets = false;
  for (let at = start; at < end; at += 1) {
    const character = text[at]!;
    if (character === '[') inBrackets = true;
    else if (character === ']') inBrackets = false;
    else if (inBrackets && character === ',') continue;
    else if (isOperator(character)) return at;
    else if (options.blanksSeparate === true && !inBrackets && isBlank(character)) return at;
  }
  return end;
}

function missingOperand(
  text: string,
  at: number,
  end: number,
  operatorAt: number,
  terms: readonly Term[],
  options: ParseOptions,
): NodeSetSyntaxError {
  const place = at < end ? at : operatorAt;
  const neighbour = terms.at(-1)?.operand.text ?? '';
  const shown = neighbour === '' ? '' : ` after "${neighbour}"`;
  return new NodeSetSyntaxError(
    `missing node set operand with "${text[place]!}" operator${shown}`,
    text,
    place,
    options.origin,
  );
}

function isOperator(character: string): character is Operator {
  return character === ',' || character === '!' || character === '&' || character === '^';
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r';
}

function skipBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isBlank(text[at]!)) at += 1;
  return at;
}

function skipBlanksBack(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlank(text[at - 1]!)) at -= 1;
  return at;
}
