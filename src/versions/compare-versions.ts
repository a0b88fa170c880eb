/**
 * Compares package versions as dpkg does (deb-version(7)): epoch, upstream, revision; `~` before everything, letters
 * before other signs, digits as numbers. rpm's versions come out the same but for its `^`.
 * @returns negative: `a` is older; 0: the same; positive: `a` is newer
 */
export function compareVersions(a: string, b: string): number {
  const left = splitVersion(a);
  const right = splitVersion(b);
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

interface VersionParts {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

function splitVersion(version: string): VersionParts {
  const [, epoch, rest] = /^(?:(\d+):)?(.*)$/s.exec(version)!;
  const dash = rest!.lastIndexOf('-');
  return {
    epoch: Number(epoch ?? 0),
    upstream: dash === -1 ? rest! : rest!.slice(0, dash),
    revision: dash === -1 ? '' : rest!.slice(dash + 1),
  };
}

/** Runs of other signs and runs of digits in turn. */
function compareParts(a: string, b: string): number {
  const left: string[] = a.match(/\d+|\D+/g) ?? [];
  const right: string[] = b.match(/\d+|\D+/g) ?? [];
  // Both begin with signs, maybe none.
  if (/^\d/.test(a)) left.unshift('');
  if (/^\d/.test(b)) right.unshift('');
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference =
      index % 2 === 0
        ? compareSigns(left[index] ?? '', right[index] ?? '')
        : compareDigits(left[index] ?? '0', right[index] ?? '0');
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareSigns(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = weight(a[index]) - weight(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function weight(sign: string | undefined): number {
  if (sign === '~') return -1;
  if (sign === undefined) return 0;
  const code = sign.charCodeAt(0);
  return /[A-Za-z]/.test(sign) ? code : code + 256;
}

function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}
