import { accessSync, constants } from 'node:fs';

/**
 * Where a real tool that some tests need is installed; undefined when it is not.
 * With MUSTER_TEST_REQUIRE_TOOLS=1 (continuous integration) a missing tool is an error, never a silent skip.
 */
export function findTool(name: string, debianPackage: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  for (const folder of folders) {
    const path = `${folder}/${name}`;
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  if (process.env['MUSTER_TEST_REQUIRE_TOOLS'] === '1') {
    throw new Error(`${name} is needed by these tests: apt-get install ${debianPackage}`);
  }
  return undefined;
}

/** The real tools the tests ask, and the Debian packages that bring them. */
export const testTools = {
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  nodeset: 'clustershell',
  clush: 'clustershell',
  python3: 'python3',
  zsh: 'zsh',
  fish: 'fish',
} as const;
