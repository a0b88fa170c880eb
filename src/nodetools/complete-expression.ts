/** Where names for completion come from; each asks only what is needed. A source that fails has none. */
export interface CompletionNames {
  sources(): Promise<readonly string[]>;
  /** Group names; undefined: of the default source. */
  groups(source: string | undefined): Promise<readonly string[]>;
  /** All nodes of the default source. */
  nodes(): Promise<readonly string[]>;
}

/** More names than this are of no use to anybody: then only what they have in common is filled in. */
const maxNames = 500;

/**
 * What can stand in place of a node set that is being typed: `node[1-3],no` → `node[1-3],node4`. Nothing inside
 * brackets, whose numbers are nobody's to guess.
 */
export async function completeExpression(typed: string, names: CompletionNames): Promise<string[]> {
  const start = operandStart(typed);
  if (start === undefined) return [];
  const before = typed.slice(0, start);
  return fitting(await operandCandidates(typed.slice(start), names), before, typed);
}

/** The same for `-g 69,rack`, where an operand is a group without its `@`. */
export async function completeGroups(typed: string, names: CompletionNames): Promise<string[]> {
  const start = operandStart(typed);
  if (start === undefined) return [];
  const candidates = await groupCandidates(typed.slice(start), names);
  return fitting(candidates, typed.slice(0, start), typed);
}

/** Names of sources. */
export async function completeSources(typed: string, names: CompletionNames): Promise<string[]> {
  return fitting(await names.sources(), '', typed);
}

async function operandCandidates(operand: string, names: CompletionNames): Promise<string[]> {
  if (operand.startsWith('@@')) return (await names.sources()).map((source) => `@@${source}`);
  if (operand.startsWith('@'))
    return (await groupCandidates(operand.slice(1), names)).map((name) => `@${name}`);
  return [...(await names.nodes())];
}

async function groupCandidates(typed: string, names: CompletionNames): Promise<string[]> {
  const colon = typed.indexOf(':');
  if (colon !== -1) {
    const source = typed.slice(0, colon);
    return (await names.groups(source)).map((name) => `${source}:${name}`);
  }
  const sources = await names.sources();
  return [...(await names.groups(undefined)), ...sources.map((source) => `${source}:`)];
}

/** Where the operand the cursor is in begins; undefined inside brackets. */
function operandStart(typed: string): number | undefined {
  let start = 0;
  let inBrackets = false;
  for (let at = 0; at < typed.length; at += 1) {
    const character = typed[at]!;
    if (character === '[') inBrackets = true;
    else if (character === ']') inBrackets = false;
    else if (!inBrackets && /[,!&^\s]/.test(character)) start = at + 1;
  }
  return inBrackets ? undefined : start;
}

function fitting(candidates: readonly string[], before: string, typed: string): string[] {
  const found = [...new Set(candidates)]
    .map((candidate) => before + candidate)
    .filter((candidate) => candidate.startsWith(typed));
  if (found.length <= maxNames) return found;
  const common = found.reduce(commonStart);
  return common.length > typed.length ? [common] : found.slice(0, maxNames);
}

function commonStart(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}
