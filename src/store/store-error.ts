import { UserError } from '../errors.ts';

/** The team store cannot be reached, or is not one. */
export class StoreError extends UserError {
  override readonly name = 'StoreError';
}

/** @param doing `read` */
export function storeError(url: string, doing: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  const [firstLine = ''] = message.split('\n');
  return new StoreError(`cannot ${doing} the team store ${withoutPassword(url)}: ${firstLine}`, {
    code: 'STORE',
    hint: 'Runs are complete in this machine’s journal; the store gets what it missed when it is back.',
    cause,
  });
}

/** The address as it may be shown. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#@:]*):[^/?#@]*@/i, '$1@').replace(/([?&]password=)[^&#]*/gi, '$1…');
}
