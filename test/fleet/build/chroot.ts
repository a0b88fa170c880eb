import { mustRun } from '../program.ts';

/** For unshare: mounts and processes that end with the program. */
export const chrootNamespaces = ['--mount', '--pid', '--fork', '--kill-child'] as const;

/**
 * Runs a shell script inside a folder that holds a Debian; answers its stdout.
 * Its mounts and processes live in namespaces of their own: they end with it, also when this program is killed.
 */
export function runInChroot(root: string, script: string): Promise<string> {
  const enter = `
    set -eu
    mount --rbind /dev "$1/dev"
    mount -t proc proc "$1/proc"
    exec chroot "$1" /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \\
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -eu -c "$2"`;
  return mustRun('unshare', [...chrootNamespaces, 'sh', '-c', enter, 'sh', root, script]);
}
