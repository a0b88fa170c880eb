/** One word for one thing: who began with `muster upgrade` goes on with it. */
export function commandsOf(kind: string | undefined): 'upgrade' | 'runs' {
  return kind?.startsWith('upgrade') === true ? 'upgrade' : 'runs';
}
