/** A piece of a word after expansion; quoted text never is a pattern. */
export interface Segment {
  readonly text: string;
  readonly quoted: boolean;
}

export function hasPattern(segments: readonly Segment[]): boolean {
  return segments.some((segment) => !segment.quoted && /[*?[]/.test(segment.text));
}

export function plainText(segments: readonly Segment[]): string {
  return segments.map((segment) => segment.text).join('');
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** The source of a regular expression for a shell pattern; with `slash`, `*` and `?` stop at `/`. */
export function patternSource(segments: readonly Segment[], slash: boolean): string {
  const any = slash ? '[^/]' : '[^]';
  let source = '';
  for (const { text, quoted } of segments) {
    source += quoted
      ? escapeRegExp(text)
      : text.replaceAll(/\[[!^]?\]?[^\]]*\]|[^]/g, (token) => {
          if (token === '*') {
            return `${any}*`;
          }
          if (token === '?') {
            return any;
          }
          if (token.length > 1) {
            return `[${token.slice(1, -1).replace(/^!/, '^').replaceAll('\\', '\\\\').replaceAll('[', '\\[')}]`;
          }
          return escapeRegExp(token);
        });
  }
  return source;
}

export function matchesPattern(text: string, segments: readonly Segment[]): boolean {
  return new RegExp(`^(?:${patternSource(segments, false)})$`).test(text);
}

/** `${x#…}`, `${x##…}`, `${x%…}`, `${x%%…}`. */
export function stripPattern(text: string, operator: string, segments: readonly Segment[]): string {
  const pattern = new RegExp(`^(?:${patternSource(segments, false)})$`);
  const cuts = Array.from({ length: text.length + 1 }, (_, at) => at);
  const fromStart = operator.startsWith('#');
  const longest = operator.length === 2;
  if (fromStart === longest) {
    cuts.reverse();
  }
  for (const cut of cuts) {
    if (pattern.test(fromStart ? text.slice(0, cut) : text.slice(cut))) {
      return fromStart ? text.slice(cut) : text.slice(0, cut);
    }
  }
  return text;
}
