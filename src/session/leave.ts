/** Ends the process at once: the second Ctrl-C, when connections may not even close any more. */
export function leaveNow(exitCode: number): void {
  // oxlint-disable-next-line unicorn/no-process-exit -- the one place where waiting is what the user refused
  process.exit(exitCode);
}
