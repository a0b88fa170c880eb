import { SftpError } from '../sftp/status.ts';

/** One file or folder could not be copied; the others go on. */
export class CopyError extends Error {
  override readonly name = 'CopyError';
}

/**
 * What failed with one file, as text. Anything that is not about one file (the connection, a server that does not keep to
 * the protocol, a bug) is thrown on.
 */
export function fileFailure(error: unknown): string {
  if (error instanceof CopyError || error instanceof SftpError) return error.message;
  if (error instanceof Error && 'syscall' in error && 'code' in error)
    return localFailure(String(error.code), error);
  throw error;
}

function localFailure(code: string, error: Error): string {
  switch (code) {
    case 'ENOSPC':
      return 'no space left on this machine';
    case 'EDQUOT':
      return 'the quota on this machine is used up';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied on this machine';
    case 'EROFS':
      return 'the file system of this machine is read-only';
    case 'EISDIR':
    case 'ENOTEMPTY':
      return 'a folder of that name is in the way on this machine';
    case 'ENOENT':
      return 'no longer there on this machine';
    case 'ENAMETOOLONG':
      return 'the name is too long for this machine';
    default:
      return error.message;
  }
}
