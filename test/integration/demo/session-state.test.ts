import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { findTool } from '../../support/require-tool.ts';
import { freshNode, runOn } from '../../unit/demo/run-on-node.ts';

const dash = findTool('dash', 'dash');

/** As the interactive shell wraps a line: a reader in argv, the script and the state on standard input. */
const reader = String.raw`test -z "$FISH_VERSION" || exit 97
unset muster_s && export -p >/dev/null || exec sh -c 'exit 97'
eval 'muster_n=$(printf "\n."); muster_n=${'$'}{muster_n%.}; while :; do IFS= read -r muster_l || exit 97; [ "$muster_l" = end-42 ] && break; muster_s=$muster_s$muster_l$muster_n; done'
eval "$muster_s"`;

const snapshot = (kind: string) =>
  String.raw`printf '\036muster:%s:${kind}%s\0%s\0%s\0' 42 "${'$'}{PWD-}" "${'$'}{OLDPWD-}" "$(umask)" >&2; command -p env -0 >&2 2>/dev/null; printf '\036/%s' 42 >&2`;

const withState = (line: string) =>
  `export A='one
two'
umask 0027
cd '/tmp' >/dev/null || exit 1
OLDPWD='/etc'
trap '${snapshot('E').replaceAll("'", `'\\''`)}' EXIT
unset muster_s muster_l muster_n
exec </dev/null
eval '${line}'
end-42
`;

/** The environment has no order. */
const entries = (stderr: string) => stderr.replace('\u001E/42', '\0').split('\0').sort();

describe.skipIf(dash === undefined)('the wrapper of the interactive shell', () => {
  it.each(['cd /; export B=2; pwd', 'echo "$A"; cat; exit 3', 'nosuch', 'unset A; umask 022'])(
    'does on a node what it does in dash: %s',
    async (line) => {
      const real = spawnSync(dash!, ['-c', reader], {
        argv0: 'sh',
        cwd: '/',
        input: withState(line),
        encoding: 'utf8',
        env: {
          HOME: '/home/demo',
          LOGNAME: 'demo',
          PATH: '/usr/local/bin:/usr/bin:/bin',
          SHELL: '/bin/sh',
          USER: 'demo',
          PWD: '/',
        },
      });
      const ours = await runOn(freshNode(), reader, { folder: '/', stdin: withState(line) });
      expect({ ...ours, stderr: entries(ours.stderr) }).toEqual({
        stdout: real.stdout,
        stderr: entries(real.stderr),
        status: real.status,
      });
    },
  );
});
