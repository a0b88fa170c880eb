/** What works where, for people: `69 node2`; a lane that is named after its node says it once. */
export function placeName({ lane, node }: { readonly lane: string; readonly node: string }): string {
  return lane === node || lane.endsWith(` ${node}`) ? lane : `${lane} ${node}`;
}
