import { UserError } from '../errors.ts';

/** Puts one value into a text, as `-O` asks: `%s-ipmi`. */
export type OutputFormat = (value: string | number) => string;

const plain: OutputFormat = String;

/** Python's conversions that make sense for one name or one count; `%%` is a percent sign. */
const conversion = /%(?:%|(?<flags>[-+ 0#]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<kind>.))/gs;

/**
 * Reads `-O`: a text with exactly one `%s` (a count may be `%d`), with width and precision as printf has them.
 * @throws UserError
 */
export function readOutputFormat(text: string): OutputFormat {
  if (text === '%s') return plain;
  const literals: string[] = [''];
  let convert: ((value: string | number) => string) | undefined;
  let end = 0;
  for (const match of text.matchAll(conversion)) {
    literals[literals.length - 1] += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0] === '%%') {
      literals[literals.length - 1] += '%';
      continue;
    }
    if (convert !== undefined) throw wrong(text);
    convert = readConversion(match.groups!, text);
    literals.push('');
  }
  literals[literals.length - 1] += text.slice(end);
  if (convert === undefined || text.slice(end).includes('%')) throw wrong(text);
  const [before = '', after = ''] = literals;
  const convertOne = convert;
  return (value) => before + convertOne(value) + after;
}

function readConversion(groups: Readonly<Record<string, string>>, text: string): OutputFormat {
  const { flags = '', kind } = groups;
  const width = Number(groups['width'] || 0);
  const precision = groups['precision'] === undefined ? Infinity : Number(groups['precision']);
  const left = flags.includes('-');
  if (kind === 's') {
    return (value) => pad(String(value).slice(0, precision), width, left, ' ');
  }
  if (kind === 'd' || kind === 'i') {
    const fill = flags.includes('0') && !left ? '0' : ' ';
    const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
    return (value) => {
      if (typeof value === 'string') throw wrong(text, 'names are text: write %s');
      return pad(sign + String(value), width, left, fill);
    };
  }
  throw wrong(text);
}

function pad(text: string, width: number, left: boolean, fill: string): string {
  return left ? text.padEnd(width) : text.padStart(width, fill);
}

function wrong(text: string, why = 'it needs exactly one %s, and %% for a percent sign'): UserError {
  return new UserError(`-O ${JSON.stringify(text)}: ${why}`, {
    code: 'OUTPUT_FORMAT',
    hint: "For example: -O '%s-ipmi'",
  });
}
