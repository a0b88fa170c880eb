import { Worker } from 'node:worker_threads';
import { keyWorkerFile } from './key-worker-file.ts';

export interface KeyWork {
  readonly passphrase: Uint8Array;
  readonly salt: Uint8Array;
  readonly rounds: number;
  /** Bytes wanted. */
  readonly length: number;
}

/** OpenSSH's bcrypt_pbkdf, in a thread of its own: connections go on meanwhile. Rejects when the numbers make no sense. */
export function deriveKey(work: KeyWork): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(keyWorkerFile(), { workerData: work, execArgv: [] });
    worker.once('message', (key: Uint8Array | undefined) => {
      if (key === undefined) reject(new Error('the key file has senseless bcrypt parameters'));
      else resolve(Buffer.from(key));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread for a passphrase has ended early')));
  });
}
