import { describe, expect, it } from 'vitest';

import { Job } from '../../../src/demo/sh/job.ts';
import type { SignalName } from '../../../src/demo/sh/job.ts';
import { freshNode, runOn } from './run-on-node.ts';

/** Runs a command that ends only by the signal, which is sent when the file `ready` exists. */
async function signalled(script: string, ...signals: SignalName[]) {
  const node = freshNode();
  const job = new Job();
  const ran = runOn(node, `touch ready; ${script}`, { job });
  const settled = ran.catch((error: unknown) => (error as Error).message);
  await expect.poll(() => node.files.find('/home/demo/ready')).toBeDefined();
  for (const signal of signals) {
    job.deliver(signal);
  }
  return settled;
}

describe('signals', () => {
  it.each(['TERM', 'KILL', 'INT', 'HUP'] as const)('end a sleeping command: %s', async (signal) => {
    expect(await signalled('sleep 600; echo never', signal)).toBe(`killed by ${signal}`);
  });

  it('end whatever waits or loops', async () => {
    expect(await signalled('while true; do :; done', 'TERM')).toBe('killed by TERM');
    expect(await signalled('sleep 600 | cat', 'TERM')).toBe('killed by TERM');
    expect(await signalled('yes > /dev/null', 'TERM')).toBe('killed by TERM');
    expect(await signalled('x=$(sh -c "sleep 600")', 'TERM')).toBe('killed by TERM');
    expect(await signalled('sleep 600 & wait', 'TERM')).toBe('killed by TERM');
  });

  it('run the trap a script has set, and the script goes on', async () => {
    expect(await signalled("trap 'echo cleaning up; exit 9' TERM; sleep 600", 'TERM')).toEqual({
      stdout: 'cleaning up\n',
      stderr: '',
      status: 9,
    });
    expect(await signalled("trap 'echo got it' TERM; sleep 600; echo status $?", 'TERM')).toEqual({
      stdout: 'got it\nstatus 143\n',
      stderr: '',
      status: 0,
    });
  });

  it('are ignored when the script says so, but for KILL', async () => {
    expect(await signalled("trap '' TERM; sleep 600", 'TERM', 'KILL')).toBe('killed by KILL');
  });
});
