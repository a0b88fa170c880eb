const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\u001B',
  '\\': '\\',
};

function unescapeText(text: string): string {
  return text.replaceAll(/\\(?:0?([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|([^]))/g, (whole, octal, hex, char) => {
    if (octal !== undefined) {
      return String.fromCodePoint(Number.parseInt(octal, 8));
    }
    if (hex !== undefined) {
      return String.fromCodePoint(Number.parseInt(hex, 16));
    }
    return escapes[char] ?? whole;
  });
}

/** What `echo` prints: dash's understands backslashes without being asked, and knows `-n`. */
export function echoText(args: readonly string[]): string {
  const silent = args[0] === '-n';
  const words = silent ? args.slice(1) : args;
  return `${unescapeText(words.join(' '))}${silent ? '' : '\n'}`;
}

/** What `printf` prints; the format is used again while arguments are left. */
export function formatText(format: string, args: readonly string[]): string {
  const rest = [...args];
  let text = '';
  do {
    const before = rest.length;
    text += unescapeText(format).replaceAll(
      /%(?:%|([-0 +]*)([0-9]*)(?:\.([0-9]+))?([sdiuxcbfq]))/g,
      (whole, flags, width, precision, kind) => {
        if (whole === '%%') {
          return '%';
        }
        return pad(conversion(kind, precision, rest.shift() ?? ''), flags, Number(width));
      },
    );
    if (rest.length === before) {
      break;
    }
  } while (rest.length > 0);
  return text;
}

function conversion(kind: string, precision: string | undefined, value: string): string {
  switch (kind) {
    case 's':
      return precision === undefined ? value : value.slice(0, Number(precision));
    case 'b':
      return unescapeText(value);
    case 'q':
      return /^[A-Za-z0-9_./:-]+$/.test(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;
    case 'c':
      return value.slice(0, 1);
    case 'x':
      return (Number.parseInt(value, 10) || 0).toString(16);
    case 'f':
      return (Number(value) || 0).toFixed(precision === undefined ? 6 : Number(precision));
    default:
      return String(Number.parseInt(value, 10) || 0);
  }
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) {
    return text.padEnd(width);
  }
  return text.padStart(width, flags.includes('0') ? '0' : ' ');
}
