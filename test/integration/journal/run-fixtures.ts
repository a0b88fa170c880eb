import type { NodeReport } from '../../../src/fanout/observer.ts';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';
import type { RunHeader } from '../../../src/journal/records.ts';

type HeaderChanges = Partial<Omit<RunHeader, 'nodeSet'>> & { readonly nodes?: readonly string[] };

export function aHeader({ nodes = ['node1', 'node2', 'node3'], ...changes }: HeaderChanges = {}): RunHeader {
  return {
    musterVersion: '0.1.0',
    operator: { uid: 1000, user: 'jane', sudoUser: 'root', sshClient: '192.0.2.7' },
    cwd: '/home/jane',
    argv: ['run', '-w', '@db', 'uname -r'],
    nodeSet: { written: '@db', folded: 'node[1-3]', nodes },
    command: 'uname -r',
    settings: { fanout: 64, transport: 'ssh2' },
    ...changes,
  };
}

export function report(node: string, outcome: NodeOutcome = { kind: 'finished', code: 0 }): NodeReport {
  return {
    node,
    outcome,
    startedAt: new Date('2026-11-24T03:53:12Z'),
    durationMs: 12.345,
    bytes: { stdout: 7, stderr: 0 },
  };
}
