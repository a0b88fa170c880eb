import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/muster.ts';
import { readTranscript } from './read-transcript.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const bin = fileURLToPath(new URL('../../bin', import.meta.url));
const transcripts = readdirSync(here).filter((file) => file.endsWith('.txt'));

describe.each(transcripts)('%s', (file) => {
  const { files, env, steps } = readTranscript(readFileSync(join(here, file), 'utf8'));
  const home = mkdtempSync(join(tmpdir(), 'muster-transcript-'));

  beforeAll(() => {
    mkdirSync(join(home, 'config'));
    for (const [path, content] of files) {
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), content);
    }
  });
  afterAll(() => rmSync(home, { recursive: true }));

  it.each(steps)('$command', async ({ command, line, stdout, stderr, exit }) => {
    const result = await runProgram('/bin/sh', ['-c', command], {
      cwd: home,
      env: {
        PATH: `${bin}:${process.env['PATH']}`,
        HOME: home,
        CLUSTERSHELL_CFGDIR: join(home, 'config'),
        XDG_CONFIG_HOME: join(home, 'xdg'),
        XDG_STATE_HOME: join(home, 'state'),
        NO_COLOR: '1',
        // oclif says more when it believes itself under test.
        NODE_ENV: undefined,
        ...env,
      },
    });

    const text = (latin1: string): string =>
      Buffer.from(latin1, 'latin1').toString().replaceAll(home, '$HOME');
    expect({ line, stdout: text(result.stdout), stderr: text(result.stderr), exit: result.code }).toEqual({
      line,
      stdout,
      stderr,
      exit,
    });
  });
});
