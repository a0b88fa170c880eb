import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobs } from '../../../src/jobs/create-jobs.ts';
import type { Jobs } from '../../../src/jobs/job.ts';
import type { SshExecutor } from '../../../src/ssh/executor.ts';
import { startSshd, type SshdOptions, type TestSshd } from '../../support/sshd.ts';
import { sshExecutor } from '../ssh/run-over-ssh.ts';

/** A node with real sshd, jobs on it, and a file that counts side effects. */
export interface JobNode {
  readonly sshd: TestSshd;
  /** Folder of the jobs on the node, when the tests run as root. */
  readonly folder: string;
  readonly jobs: Jobs;
  readonly executor: SshExecutor;
  /** Another client of the same node. */
  client(): { readonly jobs: Jobs; readonly executor: SshExecutor };
  /** A command that leaves one line in the counter of `name`. */
  count(name: string): string;
  counted(name: string): number;
  stop(): Promise<void>;
}

export const forever = new AbortController().signal;

export async function startJobNode(options: SshdOptions = {}): Promise<JobNode> {
  const sshd = await startSshd({ nodes: 1, ...options });
  const scratch = mkdtempSync(join(tmpdir(), 'jobs-'));
  const folder = join(scratch, 'jobs');
  const open: SshExecutor[] = [];
  const client = () => {
    const executor = sshExecutor(sshd, { keepOpen: true });
    open.push(executor);
    return { executor, jobs: createJobs(executor, { rootFolder: folder }) };
  };
  const counter = (name: string) => join(scratch, `${name}.count`);
  return {
    sshd,
    folder,
    ...client(),
    client,
    count: (name) => `echo x >>${counter(name)}`,
    counted: (name) =>
      existsSync(counter(name)) ? readFileSync(counter(name), 'utf8').split('\n').length - 1 : 0,
    async stop() {
      for (const executor of open) await executor.close();
      await sshd.stop();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}
