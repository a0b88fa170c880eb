import type { Interfaces } from '@oclif/core';
import { boolean, string } from '@oclif/core/flags';

/** What a resume of any rolling run takes. */
export const resumeFlags = {
  'run-again': string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NODE[/STEP]',
    summary: 'A step in doubt did not happen: run it again. Only after you looked',
  }),
  'take-as-done': string({
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NODE[/STEP]',
    summary: 'A step in doubt did happen: go on after it. Only after you looked',
  }),
  only: string({ options: ['failed'], summary: 'Only the nodes that failed; the run holds after them' }),
  'ssh-config': string({
    helpValue: 'FILE',
    summary: 'Use this ssh_config instead of the one the run began with',
  }),
  json: boolean({ exclusive: ['json-lines'], summary: 'One JSON document at the end' }),
  'json-lines': boolean({ summary: 'One JSON object a line, as things happen' }),
  quiet: boolean({ char: 'q', summary: 'Only what goes wrong, and the end' }),
};

/** Of an upgrade: what stopped it at sessions that stay is not left by waiting again. */
export const upgradeResumeFlags = {
  ...resumeFlags,
  'drain-timeout': string({
    helpValue: 'TIME',
    summary: 'Sessions have so long to end, instead of what the run began with',
  }),
  'force-drain': boolean({ summary: 'End sessions that stay after --drain-timeout' }),
};

export type ResumeFlags = Interfaces.InferredFlags<typeof resumeFlags>;
