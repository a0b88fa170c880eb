import { randomBytes } from 'node:crypto';
import type { Executor } from '../fanout/executor.ts';
import { readAnswers, type Answer } from '../fanout/script-answers.ts';
import type { LockFailed, LockOwner } from './lock.ts';
import { checkLockName } from './lock-name.ts';
import { lookScript } from './lock-script.ts';
import { readOwner } from './read-owner.ts';

/** `free`: nobody holds it. `broken`: its holder was ended, and knows it at once when still connected. */
export type LockFound =
  | { readonly kind: 'free'; readonly node: string }
  | { readonly kind: 'locked' | 'broken'; readonly node: string; readonly holder: LockOwner | null }
  | LockFailed;

/** Who holds the lock of one node. */
export function lookAtLock(
  executor: Executor,
  node: string,
  name: string,
  signal: AbortSignal,
): Promise<LockFound> {
  return ask(executor, node, name, false, signal);
}

/** Takes the lock away from whoever holds it on one node. The holder's jobs are not touched. */
export function breakLock(
  executor: Executor,
  node: string,
  name: string,
  signal: AbortSignal,
): Promise<LockFound> {
  return ask(executor, node, name, true, signal);
}

async function ask(
  executor: Executor,
  node: string,
  name: string,
  end: boolean,
  signal: AbortSignal,
): Promise<LockFound> {
  checkLockName(name);
  const nonce = `muster-${randomBytes(12).toString('hex')}`;
  const script = Buffer.from(lookScript(nonce, name, end));
  const said: Answer[] = [];
  const answers = readAnswers(nonce, { answer: (answer) => void said.push(answer), output() {} });
  const outcome = await executor.execute(
    node,
    {
      command: 'exec sh -s',
      timeoutMs: 60_000,
      stdin: async function* () {
        yield script;
      },
    },
    { write: (stream, chunk) => (stream === 'stdout' ? answers.push(chunk) : undefined) },
    signal,
  );
  const { letter, words } = said.at(-1) ?? { letter: '', words: '' };
  if (letter === 'F') return { kind: 'free', node };
  if (letter === 'B' || letter === 'H') {
    return { kind: letter === 'B' ? 'broken' : 'locked', node, holder: readOwner(words).holder };
  }
  const message =
    letter === 'E' ? words : 'message' in outcome ? outcome.message : `no answer (${outcome.kind})`;
  return { kind: 'failed', node, outcome, message };
}
