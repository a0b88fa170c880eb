// Runs in a worker thread: bcrypt takes 0.2 s with the usual rounds and 9 s with 400, in JavaScript.
import { parentPort, workerData } from 'node:worker_threads';
import bcrypt from 'bcrypt-pbkdf';
import type { KeyWork } from './derive-key.ts';

const { passphrase, salt, rounds, length } = workerData as KeyWork;
const key = new Uint8Array(length);
const failed = bcrypt.pbkdf(passphrase, passphrase.length, salt, salt.length, key, length, rounds);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread, not a window
parentPort!.postMessage(failed === 0 ? key : undefined);
