import { readClushConf } from '../config/clush-conf.ts';
import { UserError } from '../errors.ts';
import { storeAddress } from './store-address.ts';
import type { Surroundings } from './surroundings.ts';

/** Address of the team store. @throws UserError when there is none */
export function requireStore({ env, home, cwd }: Surroundings): string {
  const address = storeAddress(env, readClushConf({ env, home, cwd }).settings.store);
  if (address !== undefined) return address;
  throw new UserError('no team store is configured', {
    code: 'NO_STORE',
    hint: 'Set `store: postgresql://…` in [Main] of ~/.config/muster/clush.conf, or MUSTER_STORE.',
  });
}
