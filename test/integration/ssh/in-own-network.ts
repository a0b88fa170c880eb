import { execFile, execFileSync } from 'node:child_process';

let possible: boolean | undefined;

/** Whether this user may make a network of its own, where name servers and addresses can be dead. */
export function canHaveOwnNetwork(): boolean {
  if (possible !== undefined) return possible;
  try {
    execFileSync('unshare', ['-rmn', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
    possible = true;
  } catch {
    possible = false;
  }
  if (!possible && process.env['MUSTER_TEST_REQUIRE_TOOLS'] === '1') {
    throw new Error('these tests need unshare (util-linux), ip (iproute2), and the right to use them');
  }
  return possible;
}

/** Runs a shell script in a network of its own whose only name server is 127.0.0.53, with its own /etc/hosts. */
export function inOwnNetwork(
  folder: string,
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string }> {
  const whole = `
    set -e
    ip link set lo up
    echo "nameserver 127.0.0.53" > ${folder}/resolv.conf
    touch ${folder}/hosts
    mount --bind ${folder}/resolv.conf /etc/resolv.conf
    mount --bind ${folder}/hosts /etc/hosts
    set +e
    ${script}
  `;
  return new Promise((resolve) => {
    execFile('unshare', ['-rmn', 'sh', '-c', whole], { env, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}
