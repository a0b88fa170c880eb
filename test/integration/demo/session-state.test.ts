import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { capturingCommand, restoringCommand } from '../../../src/shell/state-script.ts';
import { findTool } from '../../support/require-tool.ts';
import { freshNode, runOn } from '../../unit/demo/run-on-node.ts';

const dash = findTool('dash', 'dash');

const state = {
  directory: '/tmp',
  previousDirectory: '/etc',
  umask: '0027',
  exports: new Map([['A', "one\ntwo 'quoted'"]]),
  unset: ['LOGNAME'],
};

const wrapped = (line: string) => ({
  'without a state': capturingCommand(line, undefined, 'f00d', false),
  'with a state': capturingCommand(line, state, 'f00d', false),
  'with a state it cannot change': restoringCommand(line, state, 'f00d', false),
});

/** The environment has no order. */
const entries = (stderr: string) => stderr.replaceAll('\u001E/f00d', '\0').split('\0').sort();

const environment = {
  HOME: '/home/demo',
  LOGNAME: 'demo',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  SHELL: '/bin/sh',
  USER: 'demo',
  PWD: '/home/demo',
};

describe.skipIf(dash === undefined)('the wrapper of the interactive shell', () => {
  it.each([
    'cd /; export B=2; pwd',
    'echo "$A"; cat; exit 3',
    'nosuch; echo $?',
    'unset A; umask 022',
    'false',
  ])('does on a node what it does in dash: %s', async (line) => {
    for (const [how, { command, preamble }] of Object.entries(wrapped(line))) {
      const real = spawnSync(dash!, ['-c', `cd /tmp; ${command}`], {
        argv0: 'sh',
        input: Buffer.from(preamble, 'latin1'),
        encoding: 'utf8',
        env: environment,
      });
      const ours = await runOn(freshNode(), `cd /tmp; ${command}`, { stdin: preamble });
      expect({ how, ...ours, stderr: entries(ours.stderr) }).toEqual({
        how,
        stdout: real.stdout,
        stderr: entries(real.stderr.replaceAll(process.cwd(), '/home/demo')),
        status: real.status,
      });
    }
  });
});
