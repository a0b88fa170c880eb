import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { findTool } from '../../support/require-tool.ts';
import { freshNode, runOn } from '../../unit/demo/run-on-node.ts';

const dash = findTool('dash', 'dash');

/** Scripts whose output, messages and status must be those of the real shell. */
const scripts: readonly string[] = [
  'echo a b   c; echo "a  b"; echo \'$x\'; echo a\\ b',
  'x=1; y="$x 2"; echo $y "$y" ${y}3 ${#y}',
  'echo ${u:-default} ${u-d} "${u:+set}" ${x:=assigned} $x',
  'x=/usr/lib/file.tar.gz; echo ${x##*/} ${x#*/} ${x%.*} ${x%%.*}',
  'true && echo yes || echo no; false && echo yes || echo no; ! true; echo $?',
  'false; echo $?; (exit 7); echo $?; exit 3; echo never',
  'if false; then echo a; elif true; then echo b; else echo c; fi',
  'if false; then echo a; fi; echo $?',
  'for i in 1 2 3; do if [ $i = 2 ]; then continue; fi; echo $i; done',
  'i=0; while [ $i -lt 5 ]; do i=$((i+1)); [ $i -eq 3 ] && break; done; echo $i',
  'i=3; until [ $i -le 0 ]; do printf "%d," "$i"; i=$((i - 1)); done; echo',
  'for i in a b; do for j in 1 2; do [ $j = 2 ] && continue 2; echo $i$j; done; done',
  'case foo.conf in *.txt) echo text;; *.conf|*.cfg) echo config;; *) echo other;; esac',
  'case "a*b" in "a*b") echo literal;; esac; case x in [abc]) echo 1;; [!abc]) echo 2;; esac',
  'f() { echo "$1-$2 $#"; return 4; }; f a "b c"; echo $?',
  'set -- a "b c" d; echo $#; for x in "$@"; do echo "[$x]"; done; shift; echo "$*" $1',
  'x=$(echo one; echo two); echo "$x"; echo $x; echo `echo back`',
  'echo "$(echo "nested $(echo deep)")"',
  'echo $((1 + 2 * 3)) $(( (1+2)*3 )) $((7 / 2)) $((-7 % 3)) $((2 > 1)) $((1 == 2))',
  'cat <<EOF\nhello $HOME_NOT_SET ${x:-y}\n  $(echo sub)\nEOF\necho after',
  "cat <<'EOF'\nhello $x `no`\nEOF",
  'cat <<-EOF\n\ttabs\n\tgone\n\tEOF',
  '{ echo out; echo err >&2; } 2>&1 | sort',
  'echo err >&2 2>/dev/null; echo x 2>&1 >/dev/null',
  'echo hidden >/dev/null; echo shown; (echo sub; exit 2) || echo "sub $?"',
  'exec 3>&1; echo three >&3; exec 3>&-; echo four >&3; echo "s$?"',
  'echo a | { read x; echo "got $x"; }; echo "x=$x"',
  'printf "a b\\nc d\\n" | while read -r x y; do echo "$y $x"; done',
  'IFS=: read -r a b c <<X\n1:2:3:4\nX\necho "$a|$b|$c"',
  'IFS=,; x=a,b,,c; for i in $x; do echo "<$i>"; done',
  'x="  lead trail  "; echo [$x] "[$x]"; set -- $x; echo $#',
  'foo; echo $?',
  'nosuch arg | cat; echo ${?}',
  'set -e; false; echo never',
  'set -e; false || echo handled; if false; then :; fi; ! true; echo still; (exit 9); echo never',
  'set -u; echo ${nope-ok}; echo $nope; echo never',
  'set -x; y=2; echo $y',
  "trap 'echo bye $?' EXIT; echo hi; exit 5",
  "trap 'echo bye' EXIT; foo",
  '(trap "echo sub" EXIT; echo in); echo out',
  'export A=1 B="x y" C="it\'s"; export -p | grep -E "^export [ABC]="',
  'A=1 sh -c \'echo "$A $0 $1"\' zero one; echo "[$A]"',
  'unset A; A=2; unset A; echo "[${A-unset}]"',
  'umask 027; umask; cd /tmp; pwd; cd /; cd - >/dev/null; pwd; echo $PWD $OLDPWD',
  'cd /nonexistent; echo $?',
  '. /nonexistent; echo never',
  'test -d /tmp && [ ! -e /nonexistent ] && [ -n x -a -z "" ] && echo ok',
  '[ a = b ]; echo $?; [ 1 -lt x ]; echo $?',
  '[ a; echo $?',
  'echo "unterminated',
  'if true; then echo x',
  'echo )',
  '; echo',
  'echo a &&',
  'for in; do :; done',
  'eval "x=5; echo \\$x"; eval "exit 6"',
  "eval 'echo \"unterminated'; echo never",
  'seq 3; seq 2 4; seq 1 2 7; seq 5 -2 1',
  'seq 20 | head -3; seq 20 | tail -2; seq 20 | tail -n +19; seq 20 | wc -l',
  'printf "b 2\\na 10\\nc 1\\n" | sort; printf "3\\n10\\n2\\n" | sort -n; printf "a\\na\\nb\\n" | uniq -c',
  'printf "a:b:c\\nd:e:f\\n" | cut -d: -f2,3; echo hello | tr a-z A-Z; echo aabb | tr -d a; echo aabb | tr -s ab',
  'printf "one\\ntwo\\nthree\\n" | grep -n t; printf "x\\n" | grep -q y; echo $?; echo abc | grep -o b; echo AB | grep -ic ab',
  'echo "a b c" | wc -w; printf abc | wc -c; printf "a\\nb" | wc',
  'yes | head -2; yes no | head -n 1; echo $?',
  'printf "%5s|%-5s|%05d|%x|%%\\n" ab cd 42 255; printf "%s\\n" a b c; printf "\\101\\t.\\n"',
  'echo -n no newline; echo; echo "tab\\tend"; echo -e x',
  'command -v cd; command -v nosuch; echo $?; command echo hi; type nosuch',
  'sleep 0.05 & wait; echo done $?',
  'sleep x; echo $?; timeout 0.1 sleep 5; echo $?',
  'echo $(false); echo $?; x=$(false); echo $?; x=$(exit 3) true; echo $?',
  'readonly=1; echo "$readonly"; a=b=c; echo $a',
  'echo a#b # comment\necho next \\\n  line',
  'true; false | true; echo $?; true | false; echo $?',
  'x=1; (x=2; echo $x); echo $x; { x=3; }; echo $x',
  'echo {a,b} ~nosuchuser "~" [ab] $ a$ "$"',
  'cat /nonexistent; echo $?; cat < /nonexistent; echo $?; echo x > /nonexistent/y; echo $?',
  'exec echo replaced; echo never',
  'kill -TERM $$; echo never',
  "trap 'echo got term' TERM; kill -TERM $$; echo after",
  'sh -c "exit 9"; echo $?; sh -c nosuch; echo $?; echo "echo from stdin $1" | sh -s arg',
  'timeout 5 sh -c "echo inner; exit 4"; echo $?',
  'f() { local v=in; echo $v; }; v=out; f; echo $v',
  'while read -r l; do echo "[$l]"; done <<E\nlast\nE\necho $?',
  'printf "no newline" | { read -r x; echo "$? $x"; }',
];

describe.skipIf(dash === undefined)('the small shell, compared with dash', () => {
  it.each(scripts)('does as dash does: %s', async (script) => {
    const real = spawnSync(dash!, ['-c', script], {
      argv0: 'sh',
      cwd: '/',
      input: '',
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: '/', LC_ALL: 'C' },
    });
    const ours = await runOn(freshNode(), `cd /\n${script}`).catch((error: Error) => ({
      stdout: '',
      stderr: '',
      status: error.message,
    }));
    expect({
      ...ours,
      stderr: ours.stderr.replaceAll(
        /^((?:\w+): )(\d+)/gm,
        (_, name: string, line: string) =>
          name + (Number(line) - (name === 'sh: ' && Number(line) > 1 ? 1 : 0)),
      ),
    }).toEqual({
      stdout: real.stdout,
      stderr: real.stderr,
      status: real.signal === null ? real.status : `killed by ${real.signal.slice(3)}`,
    });
  });
});
