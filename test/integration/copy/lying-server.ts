import type { SFTPWrapper } from 'ssh2';
import ssh2 from 'ssh2';
import { type FakeServer, startSshServer } from '../ssh/fake-server.ts';

const { STATUS_CODE } = ssh2.utils.sftp;

/** What the server claims of itself; a content given as text is a file. */
export interface LyingServer {
  /** Names in the folder that is asked for, whatever its path; a repeated name is listed twice. */
  readonly names: readonly { readonly name: string; readonly mode?: number; readonly size?: number }[];
  /** Overrides single answers. */
  readonly on?: (sftp: SFTPWrapper) => void;
}

const folderMode = 0o040_755;
const fileMode = 0o100_644;

/** An SFTP server that answers `stat` of /folder as a folder, of everything else as a file of 4 bytes, and lists what it is told to. */
export function startLyingServer({ names, on }: LyingServer): Promise<FakeServer> {
  return startSshServer({
    onSession: (session) => {
      session.on('sftp', (accept) => {
        const sftp = accept();
        let listed = false;
        const attributes = (mode: number, size = 4) => ({ mode, size, uid: 0, gid: 0, atime: 0, mtime: 0 });
        const known = new Map(
          names.map(({ name, mode, size }) => [name, attributes(mode ?? fileMode, size)]),
        );
        const statusOf = (path: string) =>
          path === '/folder'
            ? attributes(folderMode)
            : (known.get(path.slice(path.lastIndexOf('/') + 1)) ?? attributes(fileMode));
        sftp.on('STAT', (id, path) => sftp.attrs(id, statusOf(path)));
        sftp.on('LSTAT', (id, path) => sftp.attrs(id, statusOf(path)));
        sftp.on('FSTAT', (id) => sftp.attrs(id, attributes(fileMode)));
        sftp.on('OPENDIR', (id) => {
          listed = false;
          sftp.handle(id, Buffer.from('dir'));
        });
        sftp.on('READDIR', (id) => {
          if (listed) {
            sftp.status(id, STATUS_CODE.EOF);
            return;
          }
          listed = true;
          sftp.name(
            id,
            names.map(({ name, mode, size }) => ({
              filename: name,
              longname: name,
              attrs: attributes(mode ?? fileMode, size),
            })),
          );
        });
        sftp.on('OPEN', (id) => sftp.handle(id, Buffer.from('file')));
        sftp.on('READ', (id, _handle, offset) =>
          offset === 0 ? sftp.data(id, Buffer.from('evil')) : sftp.status(id, STATUS_CODE.EOF),
        );
        sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
        on?.(sftp);
      });
    },
  });
}
