/** The server's answer was an error. */
export class SftpError extends Error {
  override readonly name = 'SftpError';
  readonly reason: 'no-such-file' | 'permission-denied' | 'unsupported' | 'failure';

  constructor(reason: SftpError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The stream ended before the answer came: what was asked for may have been done. */
export class SftpLost extends Error {
  override readonly name = 'SftpLost';
}

export const statusOk = 0;
export const statusEof = 1;

/** An error for an SSH_FX number; OpenSSH has one number, 4, for nearly everything. */
export function statusError(code: number, said: string): SftpError {
  if (code === 2) return new SftpError('no-such-file', 'no such file or directory');
  if (code === 3) return new SftpError('permission-denied', 'permission denied');
  if (code === 8) return new SftpError('unsupported', 'the SFTP server cannot do this');
  const words = said === '' || said.toLowerCase() === 'failure' ? 'without a reason' : said;
  return new SftpError('failure', `the SFTP server refuses it: ${words}`);
}
