/** A pattern's groups: 1 is kept, what follows up to the end of the match is masked. */
type SecretPattern = RegExp;

// A value ends where a shell word, a conninfo word or a URL parameter does.
const value = String.raw`(?:'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^])*"|\\[^]|[^\s'"\\&;|<>()])+`;
const name = String.raw`(?:password|passwd|passphrase|secret|token|api_?key|access_?key|mysql_pwd)`;

/**
 * Where secrets stand in the commands of people who run databases. They err towards masking too much:
 * the record says what was run, it is not run again.
 */
export const secretPatterns: readonly SecretPattern[] = [
  // PGPASSWORD=x, password = 'x' in a conninfo, ?password=x in a URL, --password=x; not password_encryption=x
  new RegExp(String.raw`((?:^|[^A-Za-z0-9])[\w.-]*${name}\d*[ \t]*=[ \t]*)${value}`, 'gi'),
  // password: x in YAML, "password": "x" in JSON
  new RegExp(String.raw`(${name}["']?[ \t]*:[ \t]*)${value}`, 'gi'),
  // --password x, --auth-token x
  new RegExp(String.raw`(--[\w-]*${name}[ \t]+)(?!-)${value}`, 'gi'),
  // ALTER ROLE r PASSWORD 'x', IDENTIFIED BY 'x', also with an escaping quote before: \'x\'
  /(\b(?:password|identified\s+by)\s+E?)(?:\\?'(?:[^'\\]|\\[^']|'')*\\?'|\$(\w*)\$[^]*?\$\2\$)/gi,
  // postgresql://user:x@node; libpq ends the authority at the first slash
  /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@'"]*:)[^\s/'"]+(?=@)/gi,
  // Authorization: Bearer x
  /(\bauthorization\s*:\s*(?:[a-z-]+\s+)?)[^\s'"]+/gi,
  // sshpass -p x
  new RegExp(String.raw`(\bsshpass\s+(?:-[ve]+\s+)*-p\s*)${value}`, 'g'),
  // curl -u user:x
  new RegExp(String.raw`(\bcurl\b[^\n;|]*?\s(?:-u|--user)[ =]?\s*['"]?[^\s:'"]*:)[^\s'"]+`, 'g'),
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^]*?(?=-----END|$)/g,
];

/** A word after which the next word of an argument list is a secret: `--password x`, `password 'x'`. */
export function announcesSecret(word: string): boolean {
  return announcement.test(word);
}

const announcement = new RegExp(String.raw`^(?:--[\w-]*${name}|password)$`, 'i');
