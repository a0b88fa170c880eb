/** Text from a node, safe to show: bytes (as latin1) become UTF-8, control characters become visible. */
export function printable(latin1: string): string {
  const text = Buffer.from(latin1, 'latin1').toString('utf8');
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu, '?');
}
