/** What a set command makes of the nodes worked with; a message when it must not. */
export type Selection =
  | { readonly ok: true; readonly nodes: readonly string[]; readonly note?: string }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** Adds, removes or replaces, in the order written: it is the order of execution. Never leaves no node. */
export function select(
  nodes: readonly string[],
  change: 'add' | 'remove' | 'replace',
  named: readonly string[],
): Selection {
  if (change === 'remove') return without(nodes, named);
  const result = [...new Set(change === 'add' ? [...nodes, ...named] : named)];
  if (result.length === 0) return emptied('That names no node; the nodes stay as they are');
  if (change === 'add' && result.length === nodes.length) {
    return { ok: true, nodes, note: 'All of these were there already' };
  }
  return { ok: true, nodes: result };
}

function without(nodes: readonly string[], named: readonly string[]): Selection {
  const removed = new Set(named);
  const result = nodes.filter((node) => !removed.has(node));
  if (result.length === 0)
    return emptied('That would leave no node to work with; the nodes stay as they are');
  if (result.length === nodes.length) return { ok: true, nodes, note: 'None of these was there' };
  return { ok: true, nodes: result };
}

function emptied(message: string): Selection {
  return { ok: false, message, hint: 'To work with others instead: @GROUP or :w NODES. To leave: quit.' };
}
