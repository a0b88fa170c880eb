import { UserError } from '../errors.ts';

/** A node set expression that cannot be read; says what is wrong and points at the character. */
export class NodeSetSyntaxError extends UserError {
  override readonly name: string = 'NodeSetSyntaxError';
  /** The whole text that was read. */
  readonly text: string;
  /** Zero-based place in `text` of the character at fault. */
  readonly offset: number;
  /** The message without the lines that point. */
  readonly reason: string;

  /** `origin` says where the text was written when the user did not type it: `groups.yaml:3`. */
  constructor(reason: string, text: string, offset: number, origin?: string) {
    const place = origin === undefined ? '' : ` (${origin})`;
    super(`${reason}${place}\n${pointAt(text, offset)}`, {
      code: 'NODE_SET_SYNTAX',
      hint: 'Node sets are written like `node[1-3,7],lb[01-02]` or `@group!node4`.',
    });
    this.reason = reason;
    this.text = text;
    this.offset = offset;
  }
}

/** A node set of more names than fit; nothing was allocated. */
export class NodeSetTooLargeError extends UserError {
  override readonly name: string = 'NodeSetTooLargeError';

  constructor(text: string, largest: number) {
    super(`range too large: "${text}"`, {
      code: 'NODE_SET_TOO_LARGE',
      hint: `A node set holds at most ${largest} names.`,
    });
  }
}

/** A group or wildcard that stands for no node at all. */
export class EmptyOperandError extends UserError {
  override readonly name: string = 'EmptyOperandError';

  constructor(operand: string, why: string) {
    super(`"${operand}" stands for no node: ${why}`, {
      code: 'EMPTY_OPERAND',
      hint: 'Correct it, or say --allow-empty where nothing is meant to be possible.',
    });
  }
}

/** Most names a set may hold. */
export const largestSet = 10_000_000;

const shownBefore = 60;
const shownAfter = 40;

/** The line at fault and a caret under the character, cut around it when long. */
function pointAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  const lineEnd = newline === -1 ? text.length : newline;
  const start = offset - lineStart > shownBefore ? offset - shownBefore : lineStart;
  const end = lineEnd - offset > shownAfter ? offset + shownAfter : lineEnd;
  const before = `${start > lineStart ? '…' : ''}${text.slice(start, offset)}`;
  const after = `${text.slice(offset, end)}${end < lineEnd ? '…' : ''}`;
  // A tab would move the caret; other controls would move the cursor.
  const line = `${before}${after}`.replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
  return `  ${line}\n  ${' '.repeat(before.length)}^`;
}
