import type { Command } from '@oclif/core';

export interface Manifest {
  readonly version: string;
  readonly commands: Record<string, Command.Cached>;
}

/**
 * The manifest the build put in, undefined when the sources run directly.
 * It lets start-up, help and argument reading do without loading any command.
 */
export function builtInManifest(): Manifest | undefined {
  return undefined;
}
