import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findTool } from '../../support/require-tool.ts';
import { temporaryFolder } from './test-journal.ts';

const unshare = findTool('unshare', 'util-linux');
const program = fileURLToPath(new URL('record-on-full-disk.ts', import.meta.url));

/** Plays a scenario on a file system of 64 KiB that only that process sees. */
function play(scenario: string): { disk: string; result: unknown; problems: string[] } {
  const disk = temporaryFolder();
  const script = 'mount -t tmpfs -o size=64k,mode=700 muster-test "$1" && exec "$2" "$3" "$4" "$1"';
  const args = ['-rm', 'sh', '-c', script, 'sh', disk, process.execPath, program, scenario];
  return { disk, ...JSON.parse(execFileSync(unshare!, args, { encoding: 'utf8' })) };
}

const hint = 'Free space on that file system, or set XDG_STATE_HOME to keep the journal elsewhere.';

describe.skipIf(unshare === undefined)('a full disk', () => {
  it('stops a run from being recorded, with the folder and the remedy, and leaves no half file', () => {
    const { disk, result, problems } = play('full from the start');
    expect(result).toEqual({
      failure: {
        name: 'JournalError',
        message: `cannot record runs in ${disk}/muster/runs: no space left`,
        hint,
      },
      files: 1,
    });
    expect(problems).toEqual([]);
  });

  it('is reported once on the way, and loses no record when space comes back', () => {
    const { disk, result, problems } = play('full on the way, then free again');
    expect(result).toEqual({ state: 'finished', sound: true, succeeded: 150 });
    expect(problems).toEqual([
      expect.stringMatching(`^cannot write the journal ${disk}/.*jsonl: no space left$`),
      hint,
    ]);
  });

  it('leaves whole records only', () => {
    const { result, problems } = play('full until the end');
    expect(result).toEqual({ fault: null });
    expect(problems.length).toBe(2);
  });

  it('keeps an effect from happening unrecorded under the policy each, until there is space again', () => {
    const { disk, result } = play('full before an effect that must not happen unrecorded');
    expect(result).toEqual({
      failure: {
        name: 'JournalError',
        message: expect.stringMatching(`^cannot write the journal ${disk}/.*jsonl: no space left$`) as string,
        hint,
      },
      again: null,
      recordedAll: true,
      last: 'after',
      sound: true,
    });
  });
});

describe.skipIf(unshare === undefined)('a read-only file system', () => {
  it('stops a run from being recorded, with the folder and the remedy', () => {
    const { disk, result } = play('read-only');
    expect(result).toEqual({
      failure: {
        name: 'JournalError',
        message: `cannot record runs in ${disk}/muster/runs: read-only file system`,
        hint: 'Make it writable, or set XDG_STATE_HOME to keep the journal elsewhere.',
      },
    });
  });
});
