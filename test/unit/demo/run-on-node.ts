import { makeNodes } from '../../../src/demo/make-nodes.ts';
import type { DemoNode } from '../../../src/demo/node.ts';
import { runCommandLine } from '../../../src/demo/sh/command-line.ts';
import { Job } from '../../../src/demo/sh/job.ts';
import { Collector, Input } from '../../../src/demo/sh/streams.ts';
import { loginShell } from '../../../src/demo/login-shell.ts';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

export interface RunOptions {
  readonly stdin?: string;
  readonly job?: Job;
  readonly user?: string;
  /** Default: the user's home. */
  readonly folder?: string;
}

/** A fresh node of that name. */
export function freshNode(name = 'node1'): DemoNode {
  return makeNodes().find((node) => node.name === name)!;
}

/** What `ssh node command` would give, without SSH. Rejects with `Killed` when a signal ended it. */
export async function runOn(node: DemoNode, command: string, options: RunOptions = {}): Promise<Ran> {
  const stdout = new Collector();
  const stderr = new Collector();
  const shell = loginShell(node, {
    user: options.user ?? 'demo',
    job: options.job ?? new Job(),
    environment: new Map(),
    descriptors: new Map([
      [0, { input: Input.of(options.stdin ?? '') }],
      [1, { output: stdout }],
      [2, { output: stderr }],
    ]),
  });
  shell.folder = options.folder ?? shell.folder;
  const status = await runCommandLine(shell, command);
  return { stdout: stdout.bytes().toString(), stderr: stderr.bytes().toString(), status };
}
