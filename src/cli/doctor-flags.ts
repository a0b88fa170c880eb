import type { Interfaces } from '@oclif/core';
import { boolean } from '@oclif/core/flags';
import { connectionFlags, nodeFlags } from './run-flags.ts';

/** The flags of `doctor`: those of `run` that choose nodes and make connections. */
export const doctorFlags = {
  ...nodeFlags,
  ...connectionFlags,
  json: boolean({ summary: 'One JSON document' }),
};

export type DoctorFlags = Interfaces.InferredFlags<typeof doctorFlags>;
