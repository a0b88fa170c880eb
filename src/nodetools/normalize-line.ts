import { UserError } from '../errors.ts';

/** What may differ between nodes without making their outputs different. */
export const normalizeKinds = ['hostname', 'timestamp', 'pid', 'number'] as const;
export type NormalizeKind = (typeof normalizeKinds)[number];

export interface NormalizeOptions {
  readonly kinds: readonly NormalizeKind[];
  /** A match of a whole line leaves the line out, any other match becomes `…`. */
  readonly ignore: readonly RegExp[];
}

/** One line of a node as it is to be compared and shown; undefined: left out. */
export type NormalizeLine = (node: string, line: string) => string | undefined;

const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const clock = String.raw`\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?`;
const zone = String.raw`(?:\s?(?:Z\b|UTC|GMT|[A-Z]{3,4}\b|[+-]\d\d:?\d\d\b))?`;
const isoDate = String.raw`\d{4}[-/]\d\d[-/]\d\d`;

/**
 * Dates and times as common programs write them: ISO 8601 and PostgreSQL, syslog, date(1), RFC 2822, web server logs,
 * clock times alone, seconds and milliseconds since 1970 in our decades.
 */
const timestamp = new RegExp(
  [
    `\\b${isoDate}(?:[T ]${clock}${zone})?`,
    `\\b(?:${day},? )?\\d{1,2} ${month} \\d{4}(?: ${clock}(?: [AP]M)?${zone})?`,
    `\\b(?:${day} )?${month} +\\d{1,2} ${clock}(?: [AP]M)?${zone}(?: \\d{4}\\b)?`,
    `\\b\\d{1,2}/${month}/\\d{4}:${clock}(?: [+-]\\d{4}\\b)?`,
    `\\b${clock}(?: [AP]M\\b)?`,
    String.raw`\b1[4-9]\d{8}(?:\.\d+|\d{3})?\b`,
  ].join('|'),
  'g',
);

/** `sshd[1234]`, `pid 1234`, `pid=1234`, `process 1234`. */
const pid = /(?<=[A-Za-z]\[)\d+(?=\])|(?<=\b(?:pid|process)(?:[ =:]|: )\(?)\d+\b/gi;

const number = /(?<![A-Za-z0-9_.])-?(?:0x[0-9a-fA-F]+|\d+(?:[.,]\d+)*)/g;

/**
 * Makes lines that differ only in what does not matter the same, before they are compared: `<node>` for the node's own
 * name, `<time>`, `<pid>`, `<n>`. What is replaced shows in the output, so that nobody takes it for what a node said.
 */
export function createLineNormalizer({ kinds, ignore }: NormalizeOptions): NormalizeLine {
  const patterns = new Map<string, RegExp>();
  const ownName = (node: string): RegExp => {
    let pattern = patterns.get(node);
    if (pattern === undefined) {
      pattern = namePattern(node);
      patterns.set(node, pattern);
    }
    return pattern;
  };
  const has = (kind: NormalizeKind): boolean => kinds.includes(kind);
  return (node, line) => {
    let text = line;
    for (const expression of ignore) {
      const rest = text.replaceAll(expression, '\0');
      if (rest === '\0' && text !== '') return undefined;
      text = rest.replaceAll('\0', '…');
    }
    if (has('hostname')) text = text.replaceAll(ownName(node), '<node>');
    if (has('timestamp')) text = text.replaceAll(timestamp, '<time>');
    if (has('pid')) text = text.replaceAll(pid, '<pid>');
    if (has('number')) text = text.replaceAll(number, '<n>');
    return text;
  };
}

/** The node's name in full and, for a name with a domain, its first label; as a whole word, in any case. */
function namePattern(node: string): RegExp {
  const host = node.replace(/^[^@]*@/, '').replace(/:\d+$/, '');
  const short = /^[\d.]+$|:/.test(host) ? host : host.split('.')[0]!;
  const names = [...new Set([node, host, short])].filter((name) => name !== '');
  const alternatives = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`));
  return new RegExp(`(?<![A-Za-z0-9_])(?:${alternatives.join('|')})(?![A-Za-z0-9_])`, 'gi');
}

/** Reads `--normalize hostname,pid`. */
export function readNormalizeKinds(text: string): NormalizeKind[] {
  return text.split(',').map((word) => {
    const kind = normalizeKinds.find((one) => one === word.trim());
    if (kind !== undefined) return kind;
    throw new UserError(`--normalize: unknown kind ${JSON.stringify(word.trim())}`, {
      hint: `It takes ${normalizeKinds.join(', ')}, separated by commas.`,
    });
  });
}

/** Reads `--ignore`, a JavaScript regular expression. */
export function readIgnore(text: string): RegExp {
  try {
    return new RegExp(text, 'gu');
  } catch (error) {
    throw new UserError(`--ignore ${JSON.stringify(text)} is not a regular expression`, {
      hint: error instanceof Error ? error.message : '',
      cause: error,
    });
  }
}
