/** How files are copied, both ways. */
export interface CopyOptions {
  /** -p: modes and times as they are at the source. */
  readonly preserve: boolean;
  /** Read back what was written and compare its SHA-256. */
  readonly checksum: boolean;
  /** Bytes on their way, for one node. */
  readonly windowBytes: number;
  /** Files on their way, for one node. */
  readonly filesInFlight: number;
}
