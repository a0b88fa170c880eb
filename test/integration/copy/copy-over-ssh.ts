import type { CopyOptions } from '../../../src/copy/copy-options.ts';
import { createCopyExecutor } from '../../../src/copy/copy-executor.ts';
import type { CopyResult } from '../../../src/copy/copy-result.ts';
import { type CopyPlan, planFetch, planPut } from '../../../src/copy/plan-copy.ts';
import { createTransferCount, type TransferCount } from '../../../src/copy/transfer-count.ts';
import type { NodeOutcome } from '../../../src/fanout/outcome.ts';
import type { SshExecutor } from '../../../src/ssh/executor.ts';

export interface Copied {
  readonly outcome: NodeOutcome;
  readonly result: CopyResult | undefined;
  readonly stderr: string;
  readonly count: TransferCount;
}

export interface CopyTry {
  readonly direction: CopyPlan['direction'];
  readonly paths: readonly string[];
  readonly dest: string;
  readonly options?: Partial<CopyOptions>;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Told after each piece. */
  readonly onMoved?: (bytes: number) => void;
}

/** One copy to or from node n1. */
export async function copyOn(executor: SshExecutor, node: string, attempt: CopyTry): Promise<Copied> {
  const { direction, paths, dest } = attempt;
  const plan =
    direction === 'to-nodes' ? await planPut(paths, dest, '/') : await planFetch(paths, dest, '/', 0o022);
  const count = createTransferCount(plan.size, 1);
  const moved = count.moved.bind(count);
  const watched = Object.assign(count, {
    moved(bytes: number) {
      moved(bytes);
      attempt.onMoved?.(count.bytes);
    },
  });
  const copies = createCopyExecutor(
    executor,
    (name, tools) => plan.copy(name, tools),
    { preserve: false, checksum: false, windowBytes: 2 ** 20, filesInFlight: 8, ...attempt.options },
    watched,
  );
  let stderr = '';
  const outcome = await copies.execute(
    node,
    { command: '', ...(attempt.timeoutMs === undefined ? {} : { timeoutMs: attempt.timeoutMs }) },
    { write: (_stream, chunk) => void (stderr += chunk.toString()) },
    attempt.signal ?? new AbortController().signal,
  );
  return { outcome, result: copies.result(node), stderr, count };
}
