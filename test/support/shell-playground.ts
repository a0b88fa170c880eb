/**
 * The interactive shell on this terminal, each "node" a local sh: `bin/node test/support/shell-playground.ts 'node[1-3]'`.
 * Nodes whose name begins with "down" are never reached; the command `ask` asks on the terminal. MUSTER_PLAYGROUND_HISTORY names a history file.
 */
import { spawn } from 'node:child_process';
import { runFanout } from '../../src/fanout/fanout.ts';
import { evaluateInOrder } from '../../src/nodeset/evaluate.ts';
import { foldNodeSet } from '../../src/nodeset/fold.ts';
import { UnknownGroupError } from '../../src/nodeset/group-resolver.ts';
import { NodeSet } from '../../src/nodeset/node-set.ts';
import type { GroupResolver } from '../../src/nodeset/group-resolver.ts';
import type { LendTerminal, ShellBackend } from '../../src/shell/backend.ts';
import { runShell } from '../../src/shell/repl.ts';
import { defaultSettings } from '../../src/shell/settings.ts';
import { createLocalExecutor } from './local-executor.ts';

const groups: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  roles: { patroni: '@cluster:69,@cluster:70', etcd: 'etcd[1-3]' },
  cluster: { '69': 'db69-[1-3]', '70': 'db70-[1-3]' },
};

const resolver: GroupResolver = {
  group(source = 'roles', name) {
    const value = groups[source]?.[name];
    if (value === undefined) {
      throw new UnknownGroupError(`unknown group: @${name}`, { hint: 'Known: @patroni, @etcd, @cluster:69' });
    }
    return Promise.resolve({ expressions: [value], source, origin: 'playground' });
  },
  all: (source = 'roles') =>
    Promise.resolve({ expressions: Object.values(groups[source] ?? {}), source, origin: 'playground' }),
  groupNames: (source = 'roles') => Promise.resolve(Object.keys(groups[source] ?? {})),
};

// A long grace: time enough for a second Ctrl-C.
const executor = createLocalExecutor({ graceMs: 30_000 });
const fold = (nodes: readonly string[]): string => foldNodeSet(NodeSet.of(nodes));

let lendTerminal: LendTerminal = (use) => use();

/** As an ssh that wants a passphrase: reads a line from the terminal itself. */
async function askOnTerminal(): Promise<string> {
  const asking = 'printf "Passphrase: " >/dev/tty; read -r answer </dev/tty; printf "%s" "$answer"';
  const child = spawn('/bin/sh', ['-c', asking], { stdio: ['ignore', 'pipe', 'ignore'] });
  let answer = '';
  for await (const chunk of child.stdout) answer += String(chunk);
  return answer;
}

const backend: ShellBackend = {
  terminalReady(lend) {
    lendTerminal = lend;
  },
  resolve: (expression) => evaluateInOrder(expression, { resolver }),
  fold,
  async run(request, signal) {
    if (request.command === 'ask') {
      process.stdout.write(`answered: ${await lendTerminal(askOnTerminal)}\n`);
      return [];
    }
    const outputs = new Map<string, string>();
    const { gather, fanout, stopOnFailure } = request.settings;
    const reports = await runFanout(
      request.nodes,
      { command: request.command },
      request.keepState(executor),
      {
        fanout,
        stopOnFailure,
        signal,
        observer: {
          ...request.observer,
          output(node, _stream, chunk) {
            const text = chunk.toString().replace(/^(?=[^])/gm, gather ? '' : `${node}: `);
            if (gather) outputs.set(node, (outputs.get(node) ?? '') + text);
            else process.stdout.write(text);
          },
        },
      },
    );
    for (const [text, nodes] of Map.groupBy(request.nodes, (node) => outputs.get(node) ?? '')) {
      if (text !== '') process.stdout.write(`---------------\n${fold(nodes)}\n---------------\n${text}`);
    }
    for (const { node, outcome } of reports) {
      if (outcome.kind !== 'finished' || outcome.code !== 0) {
        process.stdout.write(`muster: ${node}: ${JSON.stringify(outcome)}\n`);
      }
    }
    return reports;
  },
  async runLocally(command, signal) {
    const sink = {
      write: (_stream: string, chunk: Buffer): void =>
        void process.stdout.write(`LOCAL: ${chunk.toString()}`),
    };
    const outcome = await executor.execute('local', { command }, sink, signal);
    return outcome.kind === 'finished' ? (outcome.code ?? 1) : 1;
  },
  complete: {
    sources: () => Promise.resolve(Object.keys(groups)),
    groups: (source = 'roles') => Promise.resolve(Object.keys(groups[source] ?? {})),
    nodes: () => evaluateInOrder('@*,@cluster:*', { resolver }),
  },
};

const historyFile = process.env['MUSTER_PLAYGROUND_HISTORY'];
const terminated = new AbortController();
process.once('SIGTERM', () => terminated.abort());
const end = await runShell({
  backend,
  nodes: await backend.resolve(process.argv[2] ?? 'node[1-3]'),
  settings: defaultSettings,
  input: process.stdin,
  output: process.stdout,
  signal: terminated.signal,
  color: process.env['NO_COLOR'] === undefined,
  ...(historyFile === undefined ? {} : { historyFile }),
});
process.stdout.write(`left ${end.forced ? 'by force' : 'normally'}\n`);
process.exit(end.forced ? 130 : 0);
