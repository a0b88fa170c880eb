import { homes } from './make-nodes.ts';
import type { DemoNode } from './node.ts';
import { findProgram } from './programs/table.ts';
import type { Job } from './sh/job.ts';
import type { Shell } from './sh/shell.ts';

export interface Login {
  /** One of the accounts every node has. */
  readonly user: string;
  readonly job: Job;
  /** Variables beside those every login has. */
  readonly environment: ReadonlyMap<string, string>;
  readonly descriptors: Shell['descriptors'];
}

/** The shell a login on a node begins with. */
export function loginShell(node: DemoNode, { user, job, environment, descriptors }: Login): Shell {
  const home = homes.get(user)!;
  const exported = new Map([
    ['HOME', home],
    ['LOGNAME', user],
    ['PATH', '/usr/local/bin:/usr/bin:/bin'],
    ['SHELL', '/bin/sh'],
    ['USER', user],
    ['PWD', home],
    ...environment,
  ]);
  return {
    node,
    job,
    user,
    findProgram: (name) => findProgram(node, name),
    subshell: false,
    name: 'sh',
    variables: new Map([...exported].map(([name, value]) => [name, { value, exported: true }])),
    functions: new Map(),
    options: new Set(),
    traps: new Map(),
    background: [],
    descriptors,
    positional: [],
    folder: home,
    status: 0,
    line: 1,
    tested: 0,
    loops: 0,
    evals: 0,
    locals: [],
    umask: '0022',
  };
}
