/** Ends the process at once: the second Ctrl-C, when connections may not even close any more. */
export function leaveNow(exitCode: number): never {
  // Node.js waits for questions to name servers also in process.exit, 10 s for a dead one; another program does not
  if (asksNameServers()) process.execve?.('/bin/sh', ['sh', '-c', `exit ${exitCode}`], {});
  // oxlint-disable-next-line unicorn/no-process-exit -- the one place where waiting is what the user refused
  process.exit(exitCode);
}

/** A question to a name server cannot be taken back; one that was given up may still be on its way. */
export function asksNameServers(): boolean {
  return process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap');
}
