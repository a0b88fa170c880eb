import { shellQuote } from '../fanout/shell-quote.ts';
import type { CommandTask } from '../fanout/executor.ts';
import { programPart, programParts } from './program-source.ts';

/** On one line: csh takes no other in quotes. */
const findPython = [
  'command -v python3 >/dev/null 2>&1 || { echo "python3 is missing" >&2; exit 127; }',
  'as=',
  '[ "$(id -u)" = 0 ] || { sudo -n true >/dev/null 2>&1 && as="sudo -n"; }',
].join('; ');

/** The program that runs on a member, as a command with its standard input: one request, then it ends. */
export function memberTask({
  nonce,
  request,
  timeoutMs,
}: {
  readonly nonce: string;
  readonly request: object;
  readonly timeoutMs: number;
}): CommandTask {
  const script = `muster_member() {
${findPython}
$as python3 - <<'PROGRAM${nonce}'
${program(nonce, request)}
PROGRAM${nonce}
}
muster_member
`;
  return {
    command: 'exec sh -s',
    timeoutMs,
    stdin: async function* () {
      yield Buffer.from(script);
    },
  };
}

/** The program, which answers a line of questions after the other until its input ends. */
export function stayingTask(
  nonce: string,
  lines: AsyncIterable<Uint8Array>,
  onCrowded: () => void,
): CommandTask {
  // Short, because sudo writes command lines into its log; the program itself comes first on standard input.
  const load = 'import sys; exec(sys.stdin.buffer.read(int(sys.stdin.buffer.readline())).decode())';
  const text = Buffer.from(program(nonce, { stay: true }));
  return {
    onCrowded,
    command: `exec sh -c ${shellQuote(`${findPython}; exec $as python3 -c ${shellQuote(load)}`)}`,
    stdin: async function* () {
      yield Buffer.from(`${text.length}\n`);
      yield text;
      yield* lines;
    },
  };
}

function program(nonce: string, request: object): string {
  const body = programParts.map(programPart);
  // The request follows the imports of the first part; as a JSON text in a JSON text it is a Python literal too.
  body.splice(1, 0, `request = json.loads(${JSON.stringify(asciiJson(request))})\n`);
  return `# coding: utf-8\nnonce = '${nonce}'\n${body.join('\n')}`;
}

/** JSON on one line that any encoding holds. */
export function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
