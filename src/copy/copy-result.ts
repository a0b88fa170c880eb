/** What could not be copied, and why. */
export interface CopyFailure {
  /** As people read it. */
  readonly path: string;
  readonly message: string;
}

/** What a copy to or from one node came to. */
export interface CopyResult {
  /** Whole files under their final names. */
  readonly files: number;
  readonly folders: number;
  /** Of these files. */
  readonly bytes: number;
  readonly failures: readonly CopyFailure[];
}

/** Sees bytes and files as they go; for a progress line. Called often: must be quick. */
export interface CopyProgress {
  /** So much more has to be copied: for a fetch it becomes known bit by bit. */
  planned(files: number, bytes: number): void;
  moved(bytes: number): void;
  fileDone(): void;
}

/** Counts what one node's copy comes to. */
export class CopyTally implements CopyResult {
  files = 0;
  folders = 0;
  bytes = 0;
  readonly failures: CopyFailure[] = [];
}
