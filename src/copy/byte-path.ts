/**
 * File names are bytes. Here they are carried as latin1 strings, one character a byte, so that names which are not UTF-8
 * are copied as they are.
 */
export function toBytePath(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** For node:fs. */
export function asBuffer(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** For people; bytes that are not UTF-8 become U+FFFD. */
export function showPath(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

export function joinPath(folder: string, name: string): string {
  if (name === '' || name === '.') return folder === '' ? '.' : folder;
  return folder === '' ? name : folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

export function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end === -1 ? '' : end === 0 ? '/' : path.slice(0, end);
}

/** The last part, without slashes at the end: `sub` of `a/sub/`. */
export function baseOf(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//s, '');
}
