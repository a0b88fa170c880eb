/** Nodes whose texts begin alike: what they have in common, then where they go apart. */
export interface TextBranch {
  readonly nodes: readonly string[];
  readonly lines: readonly string[];
  readonly branches: readonly TextBranch[];
}

/** Nodes with the same lines. */
export interface NodesText {
  readonly nodes: readonly string[];
  readonly lines: readonly string[];
}

/** Texts as a tree, shared beginnings once. The last text's branch comes first, as clubak -T has it. */
export function buildTextTree(texts: readonly NodesText[], from = 0): TextBranch[] {
  const byLine = new Map<string, NodesText[]>();
  for (const text of texts) {
    const line = text.lines[from];
    if (line === undefined) continue;
    const same = byLine.get(line);
    if (same === undefined) byLine.set(line, [text]);
    else same.push(text);
  }
  return [...byLine.values()].map((alike) => branchOf(alike, from)).toReversed();
}

function branchOf(texts: readonly NodesText[], from: number): TextBranch {
  const first = texts[0]!.lines;
  let end = from + 1;
  while (end < first.length && texts.every(({ lines }) => lines[end] === first[end])) end += 1;
  return {
    nodes: texts.flatMap(({ nodes }) => nodes),
    lines: first.slice(from, end),
    branches: buildTextTree(texts, end),
  };
}
