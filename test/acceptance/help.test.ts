import { describe, expect, it } from 'vitest';
import { commandModules } from '../../src/cli/commands.ts';
import { muster } from '../support/muster.ts';
import { openPseudoTerminal } from '../support/pseudo-terminal.ts';
import { findTool } from '../support/require-tool.ts';

const program = new URL('../../bin/muster', import.meta.url).pathname;
const python = findTool('python3', 'python3');
const commands = Object.keys(commandModules)
  .filter((id) => !id.startsWith('__'))
  .map((id) => id.split(':'));

describe('--help', () => {
  it.each(commands.map((words) => [words.join(' '), words] as const))(
    'of %s says what it does, how it is called and gives examples',
    async (_, words) => {
      const { stdout, stderr, code } = await muster([...words, '--help']);

      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^\S.*\n\nUSAGE\n/);
      expect(stdout).toContain('\nEXAMPLES\n');
    },
  );

  it.skipIf(python === undefined).each([['run'], ['roll'], ['versions']])(
    'of %s is shown on a terminal as well',
    async (command) => {
      const terminal = openPseudoTerminal(python!, [program, command, '--help'], { HOME: '/nonexistent' });

      const { code, shown } = await terminal.ends();

      expect(code).toBe(0);
      expect(shown).toContain('USAGE');
    },
  );
});
