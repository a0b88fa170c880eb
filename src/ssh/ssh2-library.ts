import type ssh2Types from 'ssh2';

type Library = typeof ssh2Types;

let library: Promise<Library> | undefined;

/** ssh2, loaded when the first connection is made. */
export function loadSsh2(): Promise<Library> {
  library ??= import('ssh2').then((module) => module.default);
  return library;
}
