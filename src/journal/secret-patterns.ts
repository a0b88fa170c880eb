/** Masks what stands where secrets stand; texts without any of their keywords cost one test. */
export function maskPatterns(text: string, mask: string): string {
  if (!keywords.test(text)) return text;
  patterns ??= buildPatterns();
  let masked = text;
  for (const pattern of patterns) masked = masked.replace(pattern, `$1${mask}`);
  return masked;
}

/** A word after which the next word of an argument list is a secret: `--password x`, `password 'x'`. */
export function announcesSecret(word: string): boolean {
  return keywords.test(word) && new RegExp(`^(?:--[\\w-]*${name}|password)$`, 'i').test(word);
}

/** One of these is in every text that a pattern matches. */
const keywords = /pass|secret|token|key|pwd|:\/\/|authorization|identified|curl|sudo/i;
let patterns: readonly RegExp[] | undefined;

const name = '(?:password|passwd|passphrase|secret|token|api_?key|access_?key|mysql_pwd)';

// A quoted string: quotes inside a quoted shell word first ('\'', '"'"', \"), then plain quotes with either way of
// escaping, then shell's own, where a backslash means nothing.
const quoted = [
  String.raw`'\\''[^]*?'\\''`,
  String.raw`'"'"'[^]*?'"'"'`,
  String.raw`\\"[^]*?\\"`,
  String.raw`\\'[^]*?\\'`,
  String.raw`'(?:[^'\\]|\\[^]|'')*'`,
  String.raw`"(?:[^"\\]|\\[^])*"`,
  `'[^']*'`,
].join('|');

// Up to the next blank that is not quoted. Where quotes do not pair, up to the next blank.
const value = String.raw`(?:${quoted}|\\[^]|[^\s\\])+`;

/**
 * Where secrets stand in the commands of people who run databases; $1 stays, the rest is masked. They err towards
 * masking too much: the record says what was run, it is not run again. Repetitions before a keyword are bounded, so a
 * long text costs time in proportion.
 */
function buildPatterns(): readonly RegExp[] {
  return [
    // PGPASSWORD=x, password = 'x' in a conninfo, ?password=x in a URL, --password=x; not password_encryption=x
    new RegExp(String.raw`(${name}\d{0,3}[ \t]*=[ \t]*)${value}`, 'gi'),
    // password: x in YAML, "password": "x" in JSON
    new RegExp(String.raw`(${name}\\?["']?[ \t]*:[ \t]*)${value}`, 'gi'),
    // --password x, --auth-token x
    new RegExp(String.raw`(--[\w-]{0,30}${name}[ \t]+)(?!-)${value}`, 'gi'),
    // ALTER ROLE r PASSWORD 'x', IDENTIFIED BY 'x', PASSWORD $$x$$
    new RegExp(String.raw`(\b(?:password|identified\s+by)\s+E?)(?:${quoted})`, 'gi'),
    /(\bpassword\s+)\$(\w*)\$[^]*?\$\2\$/gi,
    // postgresql://user:x@node; libpq, too, ends the authority at the first slash
    /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@'"]{0,256}:)[^\s/'"]+(?=@)/gi,
    // Authorization: Bearer x
    /(\bauthorization\s*:\s*(?:[a-z-]{1,20}\s+)?)[^\s'"]+/gi,
    // sshpass -p x
    new RegExp(String.raw`(\bsshpass\s+(?:-[ve]+\s+)*-p\s*)${value}`, 'g'),
    // curl -u user:x
    /(\bcurl\b[^\n;|]{0,500}?\s(?:-u|--user)[ =]?\s*['"]?[^\s:'"]{0,256}:)[^\s'"]+/g,
    // echo user:x | chpasswd, echo x | sudo -S, echo x | passwd --stdin
    /(\b(?:echo|printf)\s)[^|\n]+(?=\|[^|\n]*(?:\bchpasswd\b|\bsudo\b[^|\n]*\s-\w*S|\s--stdin\b))/g,
    /(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----)[^]*?(?=-----END|$)/g,
  ];
}
