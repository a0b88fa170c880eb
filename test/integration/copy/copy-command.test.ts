import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { muster } from '../../support/muster.ts';
import { findTool } from '../../support/require-tool.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

describe.skipIf(findTool('sshd', 'openssh-server') === undefined)('muster copy and muster fetch', () => {
  let server: TestSshd;
  let here: string;
  let there: string;

  beforeAll(async () => {
    server = await startSshd({ nodes: 3 });
    here = join(server.folder, 'here');
    there = join(server.folder, 'there');
    for (const folder of [here, there]) mkdirSync(folder);
    writeFileSync(join(here, 'one'), 'first\n');
    writeFileSync(join(there, 'log'), 'a log\n');
  });
  afterAll(async () => {
    await server.stop();
  });

  const at = (args: readonly string[]) => muster(args, { env: { ...server.env, NO_COLOR: '1' }, cwd: here });

  it('say what each node came to, in one document', async () => {
    const { stdout, stderr, code } = await at([
      'fetch',
      '--json',
      '-w',
      'n[1-2],nowhere.invalid',
      join(there, 'log'),
      join(there, 'no'),
      '--dest',
      '.',
    ]);
    const document = JSON.parse(stdout) as { nodes: readonly Record<string, unknown>[] };

    expect(code).toBe(1);
    expect(document).toMatchObject({
      version: 1,
      direction: 'from-nodes',
      steps: [{ destination: '.' }, {}],
    });
    expect(document.nodes.slice(0, 2)).toEqual(
      ['n1', 'n2'].map((node) => ({
        node,
        outcome: { kind: 'finished', code: 1 },
        startedAt: expect.any(String),
        durationMs: expect.any(Number),
        files: 1,
        folders: 0,
        bytes: 6,
        failures: [{ path: join(there, 'no'), message: 'no such file or directory' }],
      })),
    );
    expect(document.nodes[2]).toMatchObject({ outcome: { kind: 'not-started' }, files: 0, failures: [] });
    expect(stderr).toContain('muster: n[1-2] (2): not all was copied');
    expect(readFileSync(join(here, 'log.n2'), 'utf8')).toBe('a log\n');
  });

  it('tell as JSON lines what happens', async () => {
    const { stdout, code } = await at(['copy', '--json-lines', '-w', 'n1', 'one', '--dest', there]);
    const events = stdout.trim().split('\n');

    expect(code).toBe(0);
    expect(events.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'begin',
      'started',
      'ended',
      'end',
    ]);
    expect(JSON.parse(events[2]!)).toMatchObject({ node: 'n1', files: 1, bytes: 6, failures: [] });
  });

  it('show with --dry-run what would go where, and contact nobody', async () => {
    const { stdout, code } = await at([
      'copy',
      '--dry-run',
      '-w',
      'nowhere.invalid',
      'one',
      '--dest',
      '/etc',
    ]);

    expect(code).toBe(0);
    expect(stdout).toContain('Nothing was copied and nobody was contacted.');
    expect(stdout).toMatch(/nowhere\.invalid\s+one\s+\/etc/);
  });

  it('are in the journal, and are no command to be run again', async () => {
    await at(['copy', '-w', 'n1', 'one', '--dest', join(there, 'no', 'such')]);
    const listed = await at(['runs', 'list']);
    const again = await at(['run', '--retry-failed']);
    const retried = await at(['copy', '--retry-failed', 'one', '--dest', join(there, 'retried')]);

    expect(Buffer.from(listed.stdout, 'latin1').toString()).toContain(`copy one → ${there}/no/such`);
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toContain('copied files');
    expect(retried.code).toBe(0);
    expect(readFileSync(join(there, 'retried'), 'utf8')).toBe('first\n');
  });

  it.each([
    [['copy', '-w', 'n1'], 'no file to copy given'],
    [['copy', '-w', 'n1', 'missing'], 'missing: no such file or folder on this machine'],
    [['copy', '-w', '@typo', 'one'], 'typo'],
    [['fetch', '-w', 'n1', '/etc/hosts', '--dest', 'missing'], 'directory "missing" not found'],
    [['fetch', '-w', 'n1', '/'], '/: its last part is not a name'],
    [['fetch', '-w', 'n1', '/a/x', '/b/x', '--dest', '.'], 'would both become'],
    [['run', '-R', 'exec', '-w', 'n1', '-c', 'one', '--dest', '/tmp'], 'there is nobody to copy to'],
    [['run', '-w', 'n1', '--dest', '/tmp', 'true'], '--dest means nothing without --copy or --rcopy'],
    [['run', '-w', 'n1', '-p', 'true'], '-p means nothing without --copy or --rcopy'],
  ])('%j is a mistake, told before anybody is contacted', async (args, message) => {
    const { stdout, stderr, code } = await at(args);

    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, '']);
  });
});
