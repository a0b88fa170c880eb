import { UserError } from '../errors.ts';

/** A mistake in ssh_config or in an `-o` option; the message begins with `file:line:`. */
export class SshConfigError extends UserError {
  override readonly name = 'SshConfigError';

  constructor(where: string, message: string, hint?: string) {
    super(`${where}: ${message}`, hint === undefined ? { code: 'SSH_CONFIG' } : { code: 'SSH_CONFIG', hint });
  }
}
