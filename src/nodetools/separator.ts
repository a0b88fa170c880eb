/** Escapes that people write in a shell word for want of the character itself. */
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' };

/** Reads `-S`: `\n`, `\t`, `\r`, `\0`, `\\` and `\xHH` stand for the characters they name, all else for itself. */
export function readSeparator(text: string): string {
  return text.replaceAll(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (all, hex: string | undefined, character: string) =>
    hex === undefined ? (escapes[character] ?? all) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
