import { readFileSync } from 'node:fs';
import { UserError } from '../errors.ts';

/**
 * The expressions in a --hostfile: separated by blanks and lines, `#` to the end of the line is a comment.
 * (clush takes `# managed` for two nodes.) `-` is standard input.
 */
export function readHostfile(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UserError(
      `--hostfile ${file}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`,
      {
        cause: error,
      },
    );
  }
  return text
    .replace(/#.*$/gm, '')
    .split(/\s+/)
    .filter((word) => word !== '');
}
