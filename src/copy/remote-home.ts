import { CopyError } from './copy-error.ts';

/** A path of the node as SFTP takes it: relative ones begin at the login's home, so `~/x` is `x`. */
export function fromHome(path: string): string {
  if (path === '~' || path === '~/') return '.';
  if (path.startsWith('~/')) return path.slice(2);
  if (path.startsWith('~')) throw new CopyError('only the own home can be written as ~');
  return path;
}
