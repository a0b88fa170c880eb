import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';
import { connectionFlags, nodeFlags, outputFlags, rollingFlags, runFlags } from './run-flags.ts';

/** How files are copied: clush's names, and --checksum. */
const copyingFlags = {
  dest: string({
    helpGroup: 'copy',
    helpValue: 'PATH',
    summary: 'Where to: a folder that is there, or for one source what the copy shall be called',
  }),
  preserve: boolean({ char: 'p', helpGroup: 'copy', summary: 'Keep modes and times' }),
  checksum: boolean({ helpGroup: 'copy', summary: 'Read back what was written and compare it by SHA-256' }),
};

const { worker: _worker, ...overSsh } = connectionFlags;
const { regroup, groupbase, quiet, verbose, maxrc, color, raw, json, 'json-lines': jsonLines } = outputFlags;

/** The flags of `copy` and `fetch`. */
export const copyFlags = {
  ...copyingFlags,
  ...nodeFlags,
  ...overSsh,
  regroup,
  groupbase,
  quiet,
  verbose,
  maxrc,
  color,
  raw,
  json,
  'json-lines': jsonLines,
  ...rollingFlags,
};

/** The flags of the command `run`, which copies as clush does with --copy and --rcopy. */
export const runCommandFlags = {
  ...runFlags,
  copy: boolean({
    char: 'c',
    helpGroup: 'copy',
    exclusive: ['rcopy'],
    summary: 'Copy the files and folders that follow to the nodes; see also `muster copy`',
  }),
  rcopy: boolean({
    helpGroup: 'copy',
    summary: 'Copy the files and folders that follow from the nodes, as NAME.NODE; see also `muster fetch`',
  }),
  ...copyingFlags,
};

/** The flags of `copy` and `fetch` as oclif hands them over. */
export type CopyFlags = Interfaces.InferredFlags<typeof copyFlags>;
/** Those that say how files are copied. */
export type CopyingFlags = Interfaces.InferredFlags<typeof copyingFlags>;
