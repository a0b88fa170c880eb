import type { Client } from 'pg';
import { JournalError } from '../journal/journal-error.ts';
import { catchUp } from './catch-up.ts';
import { connectStore, type StoreAddress } from './connect.ts';
import { pushRun } from './push-run.ts';
import { storeError } from './store-error.ts';

/** Sends one run's records to the store while it is written. Never holds the run up and never fails it. */
export interface Mirror {
  /** There is something new. */
  nudge(): void;
  /** Sends what is left, within `limitMs`, then what other runs' mirrors could not; closes the connection. */
  finish(limitMs: number): Promise<void>;
}

export interface MirrorOptions extends StoreAddress {
  /** Of the run files. */
  readonly folder: string;
  readonly id: string;
  /** Called at most once, when the store misses something at the end. */
  readonly onProblem: (problem: Error) => void;
}

/** A store that is away is tried again after so long. */
const retryMs = 5000;
const gatherMs = 200;

export function startMirror({ folder, id, onProblem, ...address }: MirrorOptions): Mirror {
  let client: Client | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let failure: Error | undefined;
  let timer: NodeJS.Timeout | undefined;

  const disconnect = async (): Promise<void> => {
    const old = client;
    client = undefined;
    await old?.end().catch(() => undefined);
  };
  /** A run that ends without `finish` is not kept alive by its mirror. */
  const connectQuietly = async (): Promise<Client> => {
    const connected = await connectStore(address);
    (connected as unknown as { unref(): void }).unref();
    return connected;
  };
  const sendOnce = async (): Promise<void> => {
    const wasConnected = client !== undefined;
    try {
      client ??= await connectQuietly();
      await pushRun(client, folder, id);
      failure = undefined;
    } catch (error) {
      // The journal's own trouble was told by the journal.
      failure = error instanceof JournalError ? error : storeError(address.url, 'write to', error);
      await disconnect();
      // a connection that was kept may have died long ago; a new one tells
      if (wasConnected && !(failure instanceof JournalError)) await sendOnce();
    }
  };
  const send = (): Promise<void> => {
    running ??= (async () => {
      do {
        again = false;
        await sendOnce();
      } while (again && failure === undefined);
      running = undefined;
    })();
    return running;
  };
  const later = (ms: number): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void send().then(() => {
        if (failure !== undefined) later(retryMs);
      });
    }, ms);
    timer.unref();
  };

  return {
    nudge() {
      again = true;
      later(failure === undefined ? gatherMs : retryMs);
    },
    async finish(limitMs) {
      clearTimeout(timer);
      timer = undefined;
      const whole = (async () => {
        again = true;
        await send();
        // what came while an earlier sending was at its end
        if (failure === undefined) await sendOnce();
        if (failure === undefined && client !== undefined) await catchUp(client, folder);
      })().catch((error: unknown) => {
        failure = storeError(address.url, 'write to', error);
      });
      const { promise, resolve } = Promise.withResolvers<void>();
      const limit = setTimeout(() => {
        failure ??= storeError(address.url, 'write to', new Error(`no answer within ${limitMs} ms`));
        resolve();
      }, limitMs);
      await Promise.race([whole, promise]);
      clearTimeout(limit);
      clearTimeout(timer);
      if (failure !== undefined) onProblem(failure);
      // not waited for: a server that does not answer must not keep the user
      void disconnect();
    },
  };
}
