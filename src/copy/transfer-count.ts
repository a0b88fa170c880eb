import type { CopyProgress } from './copy-result.ts';

/** How far all nodes together have come. */
export interface TransferCount extends CopyProgress {
  readonly files: number;
  readonly bytes: number;
  readonly plannedFiles: number;
  readonly plannedBytes: number;
}

/** @param size of one node's copy, where it is known before */
export function createTransferCount(
  size: { readonly files: number; readonly bytes: number } | undefined,
  nodes: number,
): TransferCount {
  const count = {
    files: 0,
    bytes: 0,
    plannedFiles: (size?.files ?? 0) * nodes,
    plannedBytes: (size?.bytes ?? 0) * nodes,
    planned(files: number, bytes: number) {
      count.plannedFiles += files;
      count.plannedBytes += bytes;
    },
    moved(bytes: number) {
      count.bytes += bytes;
    },
    fileDone() {
      count.files += 1;
    },
  };
  return count;
}
