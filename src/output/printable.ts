/**
 * Remote bytes must not control the user's terminal: escape sequences, C0 and C1 controls, DEL, a lone CR (it
 * overwrites the line) and bidirectional controls (they reorder it) are shown as text: `\x1b[31m`, `\r`, `\u202e`.
 * Tab and newline stay; bytes that are not UTF-8 become U+FFFD.
 */
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Bytes (as latin1) that need no look: printable ASCII, tab, newline. */
const MAY_BE_UNSAFE = /[^\t\n\x20-\x7e]/;

/** The text with everything visible that would act on a terminal. */
export function makeVisible(text: string): string {
  return text.replace(UNSAFE, visible);
}

/** A name or message for one line: newlines and tabs are made visible too. */
export function makeVisibleLine(text: string): string {
  return makeVisible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** The same for whole lines of UTF-8 bytes carried as a latin1 string. */
export function makeVisibleLatin1(lines: string): string {
  if (!MAY_BE_UNSAFE.test(lines)) {
    return lines;
  }
  const text = makeVisible(Buffer.from(lines, 'latin1').toString('utf8'));
  return Buffer.from(text, 'utf8').toString('latin1');
}

function visible(character: string): string {
  if (character === '\r') {
    return '\\r';
  }
  const code = character.charCodeAt(0);
  return code < 0x80 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
