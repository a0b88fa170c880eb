import { UserError } from '../errors.ts';
import { printable } from '../config/ini.ts';

/**
 * The words of a group's value: node set expressions separated by blanks and line ends, comments (`# …` at the start of
 * a word) dropped, blanks around operators belonging to the expression.
 * `what` and `origin` go into the error when the text holds control characters.
 */
export function splitGroupWords(text: string, what: string, origin: string): string[] {
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.exec(text);
  if (control !== null) {
    const around = text.slice(Math.max(0, control.index - 20), control.index + 20).trim();
    throw new UserError(`${what}: control character in "${printable(around)}" (${origin})`, {
      code: 'GROUP_GARBAGE',
      hint: 'A group must be plain node names and node sets.',
    });
  }
  const words: string[] = [];
  for (const line of text.split(/[\r\n]+/)) {
    const content = line.replace(/(^|\s)#.*/, '').trim();
    if (content !== '') {
      words.push(...content.replaceAll(/\s*([,!&^])\s*/g, '$1').split(/\s+/));
    }
  }
  return words;
}
